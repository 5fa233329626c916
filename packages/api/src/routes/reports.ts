import { type ObjectStore, PavioError, VERSION_PATTERN } from '@pavio/core';
import { z } from 'zod';
import type { Api } from '../app.ts';
import { problemResponses } from '../problem.ts';

/** A report has a style of its own and nothing that runs: whatever else should be in the file stays dead. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** `/reports/{file}`: the page that each training stores about its models. */
export function reportRoutes(api: Api, store: Pick<ObjectStore, 'get'>): void {
  api.get(
    '/reports/:file',
    {
      schema: {
        operationId: 'report',
        tags: ['models'],
        summary: 'How good the models of a version are, as a page with plots',
        params: z.object({
          file: z.string().meta({ description: 'The version and .html', examples: ['20261120-0200.html'] }),
        }),
        response: {
          200: { description: 'The page', content: { 'text/html': { schema: z.string() } } },
          ...problemResponses('bad_input', 'unknown_version', 'store_unavailable', 'store_denied'),
        },
      },
    },
    async ({ params: { file } }, reply) => {
      const version = file.replace(/\.html$/, '');
      const report = VERSION_PATTERN.test(version) ? await store.get(`reports/${version}.html`) : undefined;
      if (report === undefined) {
        throw new PavioError('unknown_version', `There is no report of a version "${version.slice(0, 40)}".`, {
          remedy: 'Reports are made by trainings, and removed with the versions that they are of: see /models.',
        });
      }
      reply.header('content-security-policy', POLICY).header('referrer-policy', 'no-referrer');
      return reply.type('text/html; charset=utf-8').send(new TextDecoder().decode(report.body));
    },
  );
}
