import { z } from 'zod';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

/**
 * Share of rows whose return came to lie in its interval, with a 95 % Wilson interval that counts rows of one time as
 * belonging together; null where no row had one.
 */
const coveredSchema = z.object({ rows: count, share, low: share, high: share }).nullable();

/**
 * `plain`: split-conformal, the radius fixed for a whole fold. `adaptive`: adaptive conformal inference, the radius
 * renewed with every candle.
 */
export const INTERVAL_METHODS = ['plain', 'adaptive'] as const;
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

/** By the volatility of the row: a third each of the rows before its fold. */
export const VOLATILITY_REGIMES = ['calm', 'usual', 'wild'] as const;
export type VolatilityRegime = (typeof VOLATILITY_REGIMES)[number];

/** How often intervals of one method and level held, on rows later than those their radius was taken from. */
export const coverageSchema = z.object({
  method: z.enum(INTERVAL_METHODS),
  level: share,
  /** Mean radius in units of volatility: of two that cover alike, the narrower is better; null without any. */
  radius: z.number().nonnegative().nullable(),
  overall: coveredSchema,
  regimes: z.record(z.enum(VOLATILITY_REGIMES), coveredSchema),
});

export type Coverage = z.infer<typeof coverageSchema>;
export type Covered = z.infer<typeof coveredSchema>;
