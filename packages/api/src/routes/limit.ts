import { z } from 'zod';

/** `?limit=`: a whole number from one to `most`. */
export function limitUpTo(most: number, usual: number, meta: { description: string; examples: number[] }) {
  return z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`)
    .default(usual)
    .meta(meta);
}
