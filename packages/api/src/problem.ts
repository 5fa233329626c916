import { ERRORS, type ErrorCode, type PavioError } from '@pavio/core';
import { z } from 'zod';

export const PROBLEM_TYPE = 'application/problem+json';

const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** A problem document (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Address of a description of this kind of problem' }),
    title: z.string().meta({ description: 'The kind of problem in words; the same for every problem of the type' }),
    status: z.int().meta({ description: 'HTTP status of the answer' }),
    detail: z.string().meta({ description: 'What is wrong here, as a sentence' }),
    instance: z.string().optional().meta({ description: 'The address that was asked' }),
    code: z.enum(ERROR_CODES).meta({ description: 'The kind of problem for programs; never renamed' }),
    remedy: z.string().optional().meta({ description: 'What can be done about it' }),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Facts for programs, as the available assets' }),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong, as RFC 9457 says it.',
    examples: [
      {
        type: '/errors/unknown_symbol',
        title: ERRORS.unknown_symbol.title,
        status: ERRORS.unknown_symbol.status,
        detail: 'There is no asset "BTX" here.',
        instance: '/symbol/BTX',
        code: 'unknown_symbol',
        remedy: 'Did you mean BTC? Add it with: pavio crawl --assets BTX.',
        details: { symbol: 'BTX', available: ['BTC', 'ETH'] },
      },
    ],
  });

export type Problem = z.infer<typeof problemSchema>;

/** Where a kind of problem is described; the API serves this page. */
export function problemType(code: ErrorCode): string {
  return `/errors/${code}`;
}

/**
 * An error as a problem document. The message of an unexpected error is for the log alone: it may name files or
 * values that are nobody else's business. Facts are given where they help the caller to correct the request (4xx).
 *
 * @param instance path that was asked
 * @param requestId names the line in the log, for unexpected errors
 * @param basePath what stands before our paths in the addresses that the client sees
 */
export function problemOf(error: PavioError, instance?: string, requestId?: string, basePath = ''): Problem {
  const isUnexpected = error.code === 'internal';
  return {
    type: basePath + problemType(error.code),
    title: error.title,
    status: error.status,
    detail: isUnexpected ? 'The server could not answer because of an error of its own.' : error.message,
    ...(instance === undefined ? {} : { instance: basePath + instance }),
    code: error.code,
    ...(isUnexpected
      ? { remedy: `Look into the log of the server${requestId === undefined ? '' : ` for request ${requestId}`}.` }
      : error.remedy === undefined
        ? {}
        : { remedy: error.remedy }),
    ...(error.status < 500 && Object.keys(error.details).length > 0 ? { details: { ...error.details } } : {}),
  };
}

/** The errors of a route in its OpenAPI description: one response a status, naming the codes. */
export function problemResponses(...codes: readonly ErrorCode[]): Record<number, object> {
  const byStatus = Map.groupBy([...codes, 'internal' as const], (code) => ERRORS[code].status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: problemSchema } },
      },
    ]),
  );
}
