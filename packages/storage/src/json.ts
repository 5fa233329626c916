import { type ErrorCode, PavioError } from '@pavio/core';
import type { z } from 'zod';

/** A JSON document with keys in order and a line end: equal values give equal bytes. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, sortKeys, 2)}\n`);
}

/**
 * A stored JSON document, checked against its schema.
 *
 * @throws PavioError `code`, naming the file and the first thing that is wrong.
 */
export function decodeJson<Schema extends z.ZodType>(
  body: Uint8Array,
  schema: Schema,
  name: string,
  code: ErrorCode,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new PavioError(code, `${name} is not JSON.`, { cause, details: { file: name } });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PavioError(
    code,
    `${name} is not valid at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}.`,
    {
      cause: result.error,
      details: { file: name },
    },
  );
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
