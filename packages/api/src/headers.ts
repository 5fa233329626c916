import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * What every answer carries. Reading is open to pages of any origin: nothing here is secret, and no cookie is involved.
 * What changes state is not; its routes are those whose description asks for a key.
 */
export function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff');
  const schema = request.routeOptions.schema as { security?: unknown } | undefined;
  if (schema?.security === undefined) reply.header('access-control-allow-origin', '*');
}
