import type { HTTPMethods, RouteOptions } from 'fastify';
import type { Api } from './app.ts';
import { answerError, methodNotAllowed } from './errors.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Notes the routes that are added after it, and returns what adds the 405 for every other method at their addresses;
 * Fastify by itself would say 404.
 */
export function noteMethods(api: Api): (scope: Api) => void {
  const taken = new Map<string, Set<HTTPMethods>>();
  api.addHook('onRoute', ({ url, method, schema }: RouteOptions) => {
    if (schema?.hide) return;
    const methods = taken.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    taken.set(url, methods);
  });
  return (scope) => {
    for (const [url, methods] of taken) {
      const allowed = [...methods];
      scope.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        schema: { hide: true },
        // Before a body is read: that it is in a wrong form is not what is wrong.
        onRequest: async (request, reply) => {
          reply.header('allow', allowed.join(', '));
          answerError(methodNotAllowed(request, allowed), request, reply);
          return reply;
        },
        handler: () => undefined,
      });
    }
  };
}
