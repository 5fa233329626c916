import { z } from 'zod';

/** A time on the wire. The text comes from `isoTime`, so only its form is described, not checked again. */
export function timeSchema(description: string) {
  return z.string().meta({ description, format: 'date-time', examples: ['2026-11-21T00:00:00Z'] });
}
