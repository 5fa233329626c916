import { ERRORS, type ErrorCode, PavioError } from '@pavio/core';
import { z } from 'zod';
import { ok } from '../answers/ok.ts';
import type { Api } from '../app.ts';
import { problemResponses, problemType } from '../problem.ts';
import { SOFTWARE_VERSION } from '../version.ts';

/** Where a browser that asks for `/` is sent. */
const FRONT_PAGE = '/dashboard/';

function front(basePath: string) {
  const [docs, health] = [`${basePath}/docs`, `${basePath}/health`];
  return { message: 'Cripto Prediction API', version: SOFTWARE_VERSION, docs, health };
}

const frontSchema = z
  .object({
    message: z.string(),
    version: z.string().meta({ description: 'Version of the software' }),
    docs: z.string(),
    health: z.string(),
  })
  .meta({
    id: 'Front',
    examples: [front('')],
  });

const errorKindSchema = z
  .object({
    type: z.string(),
    code: z.string(),
    title: z.string(),
    status: z.int(),
    retry: z.boolean().meta({ description: 'May the same request succeed later without anybody changing anything?' }),
  })
  .meta({ id: 'ErrorKind', description: 'One kind of problem document.' });

/** `/` and the descriptions of errors that problem documents point to. */
export function frontRoutes(api: Api): void {
  api.get(
    '/',
    {
      schema: {
        operationId: 'front',
        tags: ['service'],
        summary: 'What this is',
        description: 'A browser (Accept: text/html) is sent to the page for people.',
        response: {
          200: ok('Name, version and where to go on', frontSchema),
          302: z.undefined().meta({ description: 'To the page for people' }),
          ...problemResponses(),
        },
      },
    },
    (request, reply) => {
      reply.header('vary', 'accept');
      if (request.headers.accept?.includes('text/html')) void reply.redirect(`${request.basePath ?? ''}${FRONT_PAGE}`);
      else void reply.send(front(request.basePath ?? ''));
    },
  );

  api.get(
    '/errors',
    {
      schema: {
        operationId: 'errors',
        tags: ['service'],
        summary: 'All kinds of errors',
        response: { 200: ok('Every kind of error', z.array(errorKindSchema)), ...problemResponses() },
      },
    },
    ({ basePath = '' }) => (Object.keys(ERRORS) as ErrorCode[]).map((code) => errorKind(code, basePath)),
  );

  api.get(
    '/errors/:code',
    {
      schema: {
        operationId: 'error',
        tags: ['service'],
        summary: 'One kind of error: where the type of a problem document points',
        params: z.object({ code: z.string().meta({ description: 'Code of the error', examples: ['unknown_symbol'] }) }),
        response: { 200: ok('The kind of error', errorKindSchema), ...problemResponses('bad_input', 'not_found') },
      },
    },
    ({ params: { code }, basePath = '' }) => {
      if (!Object.hasOwn(ERRORS, code)) {
        throw new PavioError('not_found', `There is no error "${code.slice(0, 40)}".`, {
          remedy: `They are listed at ${basePath}/errors.`,
        });
      }
      return errorKind(code as ErrorCode, basePath);
    },
  );
}

function errorKind(code: ErrorCode, basePath: string): z.infer<typeof errorKindSchema> {
  const { title, status, retry } = ERRORS[code];
  return { type: basePath + problemType(code), code, title, status, retry };
}
