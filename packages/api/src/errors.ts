import { type ErrorCode, PavioError, toPavioError } from '@pavio/core';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, problemOf } from './problem.ts';

const LONGEST_QUOTED = 80;

/** Anything that a route, a hook or Fastify itself threw, answered as a problem document. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = toApiError(thrown, request);
  const level = levelOf(error);
  request.log[level](
    { err: error.cause ?? error, code: error.code, method: request.method, url: request.url },
    error.message,
  );
  if (error.retryAfter !== undefined) reply.header('retry-after', Math.ceil(error.retryAfter / 1000));
  if (error.code === 'unauthorized') reply.header('www-authenticate', 'ApiKey header="x-api-key"');
  const problem = problemOf(error, pathOf(request.url), request.id, request.basePath);
  // A string, so that no serializer of the route stands between an error and its answer.
  reply.code(error.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** What is asked of a lake that is still empty is no news; neither is what the caller did wrong. */
function levelOf({ code, status }: PavioError): 'error' | 'warn' | 'debug' {
  if (code === 'internal') return 'error';
  return status < 500 || code === 'no_models' || code === 'no_candles' ? 'debug' : 'warn';
}

export function noSuchRoute(request: FastifyRequest): PavioError {
  return new PavioError('not_found', `There is nothing at ${shorten(pathOf(request.url))}.`, {
    remedy: `The addresses are listed at ${request.basePath ?? ''}/docs.`,
  });
}

export function methodNotAllowed(request: FastifyRequest, allowed: readonly string[]): PavioError {
  return new PavioError('method_not_allowed', `${shorten(pathOf(request.url))} does not take ${request.method}.`, {
    remedy: `Use ${allowed.join(' or ')}.`,
    details: { allowed },
  });
}

/** Path of a request's address, without the query. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/** The codes of Fastify's own refusals, by status; every other 4xx of Fastify is `bad_input`. */
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = { 413: 'too_large', 415: 'unsupported_media_type' };

function toApiError(thrown: unknown, request: FastifyRequest): PavioError {
  if (!isFastifyError(thrown)) return toPavioError(thrown);
  if (thrown.validation !== undefined) return invalidRequest(thrown, request);
  const status = thrown.statusCode ?? 500;
  if (status < 400 || status >= 500) return toPavioError(thrown);
  const code = CODES_BY_STATUS[status] ?? 'bad_input';
  return new PavioError(code, refusalOf(thrown, code, request), { remedy: remedyOf(code, request), cause: thrown });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && !(thrown instanceof PavioError) && 'statusCode' in thrown;
}

function refusalOf(error: FastifyError, code: ErrorCode, request: FastifyRequest): string {
  const path = shorten(pathOf(request.url));
  if (code === 'too_large') return 'The body of the request is too large.';
  if (code === 'unsupported_media_type') {
    return `A body of type "${shorten(request.headers['content-type'] ?? '')}" is not read here.`;
  }
  if (error.code === 'FST_ERR_BAD_URL') return `The address ${path} is not a valid URL.`;
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return `A part of the address ${path} is too long.`;
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'The body of the request is empty, but its type says JSON.';
  return 'The body of the request is not valid JSON.';
}

function remedyOf(code: ErrorCode, request: FastifyRequest): string {
  if (code === 'too_large') return 'Send a shorter body, or none.';
  if (code === 'unsupported_media_type') return 'Send JSON as application/json, or no body.';
  return correctIt(request);
}

function correctIt({ basePath = '' }: FastifyRequest): string {
  return `Correct the request; ${basePath}/docs shows what each address takes.`;
}

const PLACES = { params: 'path', querystring: 'query', body: 'body', headers: 'headers' } as const;

/** What the zod schema of a route refused, naming every field. */
function invalidRequest(error: FastifyError, request: FastifyRequest): PavioError {
  const place = PLACES[(error.validationContext ?? 'body') as keyof typeof PLACES];
  const problems = (error.validation ?? []).map(({ instancePath, message }) => ({
    field: instancePath.slice(1).replaceAll('/', '.'),
    message: message ?? 'is not valid',
  }));
  const named = problems.map(({ field, message }) => `${field === '' ? 'it' : `"${field}"`} ${message}`).join(', ');
  return new PavioError('bad_input', `The ${place} of the request is not valid: ${named}.`, {
    remedy: correctIt(request),
    details: { in: place, problems },
  });
}

function shorten(text: string): string {
  return text.length <= LONGEST_QUOTED ? text : `${text.slice(0, LONGEST_QUOTED)}...`;
}
