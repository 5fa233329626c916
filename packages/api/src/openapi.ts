import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { ok } from './answers/ok.ts';
import type { Api } from './app.ts';
import { addressList } from './docs-list.ts';
import { problemResponses } from './problem.ts';
import { SOFTWARE_VERSION } from './version.ts';

export const API_KEY_SCHEME = 'apiKey';
const TITLE = 'Cripto Prediction API';

/** Collects the description of every route that is added after it; it is read at `/openapi.json` and `/docs`. */
export function describeRoutes(api: Api): void {
  api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: TITLE,
        version: SOFTWARE_VERSION,
        description:
          'Forecasts of the next candle of crypto assets by five models, with an honest statement of whether each beats a naive guess. Times are ISO 8601 in UTC. Errors are problem documents (RFC 9457).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'forecasts', description: 'What the models say' },
        { name: 'market', description: 'What is forecast from' },
        { name: 'models', description: 'The models themselves' },
        { name: 'service', description: 'State of the server' },
      ],
      components: {
        securitySchemes: {
          [API_KEY_SCHEME]: {
            type: 'apiKey',
            in: 'header',
            name: 'x-api-key',
            description: 'PAVIO_API_KEY of the server',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject,
  });
}

/** What `/docs` shows. */
export type DocsPage = 'swagger-ui' | 'list';

/** `/openapi.json`, and `/docs`, whose files all come from the package: no network is needed. */
export function docsRoutes(api: Api, page: DocsPage): void {
  if (page === 'swagger-ui') {
    api.register(async (scope) => {
      const { default: swaggerUi } = await import('@fastify/swagger-ui');
      scope.register(swaggerUi, { routePrefix: '/docs', theme: { title: TITLE } });
    });
  } else {
    api.get('/docs', { schema: { hide: true } }, ({ basePath = '' }, reply) => {
      void reply
        .type('text/html; charset=utf-8')
        .send(addressList(TITLE, api.swagger() as OpenAPIV3_1.Document, basePath));
    });
  }

  api.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'openapi',
        tags: ['service'],
        summary: 'This description',
        response: {
          200: ok('An OpenAPI 3.1 document', z.record(z.string(), z.unknown())),
          ...problemResponses(),
        },
      },
    },
    // A string, so that no schema of the route is applied to it.
    ({ basePath }, reply) => {
      const document = { ...api.swagger(), servers: [{ url: basePath || '/' }] };
      void reply.type('application/json').send(JSON.stringify(document) as never);
    },
  );
}

/** The transform writes every named schema twice, as answer and as input; no route here takes one as input. */
const transformObject: SwaggerTransformObject = (document) => {
  const { components, ...rest } = jsonSchemaTransformObject(document) as Partial<OpenAPIV3_1.Document>;
  const schemas = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'));
  return { ...rest, components: { ...components, schemas: Object.fromEntries(schemas) } };
};
