import type { FastifyRequest } from 'fastify';
import type { Api } from './app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * What stands before our paths in the addresses that the client sees, as `/prod`; empty where nothing does. Undefined
     * where the router could not read the address: such a request has none of its decorations.
     */
    readonly basePath: string | undefined;
  }
}

/** One or more path segments of unreserved characters: nothing that could lead a link to another host. */
const BASE_PATH = /^(\/[\w.~-]+)+$/;

/** Gives every request its `basePath`; one that is no plain path counts as empty. */
export function noteBasePath(api: Api, basePathOf: (request: FastifyRequest) => string): void {
  api.decorateRequest('basePath', {
    getter() {
      const path = basePathOf(this);
      return BASE_PATH.test(path) ? path : '';
    },
  });
}
