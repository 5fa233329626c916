import type { HTTPMethods, RouteOptions } from 'fastify';
import type { Api } from './app.ts';
import { answerError, methodNotAllowed, pathOf } from './errors.ts';

/**
 * Answers 405 to every other method at the addresses of the routes that are added after it; Fastify by itself would say
 * 404. Routes for them all would be five times as many as there are, and take a fresh process as much longer to add.
 */
export function refuseOtherMethods(api: Api): void {
  const taken = new Map<string, Set<HTTPMethods>>();
  api.addHook('onRoute', ({ url, method, schema }: RouteOptions) => {
    if (schema?.hide) return;
    const methods = taken.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    taken.set(url, methods);
  });
  // Before a body is read: that it is in a wrong form is not what is wrong.
  api.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return undefined;
    const path = pathOf(request.url);
    const allowed = [...taken].flatMap(([url, methods]) => (isAt(path, url) ? [...methods] : []));
    if (allowed.length === 0) return undefined;
    reply.header('allow', allowed.join(', '));
    answerError(methodNotAllowed(request, allowed), request, reply);
    return reply;
  });
}

/** Is a path one of an address as routes have them, as `/symbol/:ativo`? */
function isAt(path: string, url: string): boolean {
  return new RegExp(`^${url.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]*')}$`).test(path);
}
