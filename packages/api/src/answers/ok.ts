import type { z } from 'zod';

/** The answer of a route when all is well, as its OpenAPI description and its serializer want it. */
export function ok<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}
