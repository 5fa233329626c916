/**
 * What is left of a forgotten start when an exponential average counts as equal to that of the full history: 1e-9 of the
 * value, and seven more digits because the start may have been at another price level, as after a flash print.
 */
const FORGOTTEN = 1e-16;

/**
 * The same for ratios of two smoothed movements. They stay readable down to movements of 1e-15 of the price (see
 * `STANDSTILL`), so the start must have faded to 1e-9 of that, with four digits for another price level.
 */
const FORGOTTEN_IN_RATIO = 1e-28;

/** Rows after its first value until an exponential average with weight `alpha` has forgotten its seed. */
export function forgettingRows(alpha: number): number {
  return Math.ceil(Math.log(FORGOTTEN) / Math.log1p(-alpha));
}

/** The same where the average is one of the two movements of a ratio. */
export function forgettingRowsOfRatio(alpha: number): number {
  return Math.ceil(Math.log(FORGOTTEN_IN_RATIO) / Math.log1p(-alpha));
}
