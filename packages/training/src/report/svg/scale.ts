/** A straight line from values to places, with the round values in its domain. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * Maps `domain` to `range` (`from` may be above `to`: SVG counts downwards). With `isNice` the domain grows to the
 * next round values.
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  { count = 5, isNice = true }: { readonly count?: number; readonly isNice?: boolean } = {},
): Scale {
  const width = domain[1] - domain[0];
  // A domain without width would divide by zero: it gets one around its value.
  const [low, high] = width > 0 ? domain : [domain[0] - 0.5, domain[0] + 0.5];
  const step = roundStep((high - low) / count);
  const first = isNice ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
  const last = isNice ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9);
  const from = isNice ? first * step : low;
  const to = isNice ? last * step : high;
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const place = (value: number) => range[0] + ((value - from) / (to - from)) * (range[1] - range[0]);
  return Object.assign(place, { ticks });
}

/** The nearest of 1, 2, 5, 10 x 10^k that is not below. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}
