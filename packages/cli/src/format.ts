/** 12345.6 -> `12,346`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A price with six significant digits, without an exponent: `64,231.5`, `0.0000123457`. */
export function formatPrice(price: number): string {
  if (price >= 1e5) return price.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return price.toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

/** 0.0123 -> `+1.23 %`; nothing known -> `–`. */
export function formatPercent(share: number | null | undefined, options: { readonly sign?: boolean } = {}): string {
  if (share === null || share === undefined || Number.isNaN(share)) return '–';
  const sign = options.sign === true && share > 0 ? '+' : '';
  return `${sign}${(share * 100).toFixed(2)} %`;
}

/** UTC milliseconds as `2026-01-31`, with the time of day where there is one. */
export function formatTime(time: number): string {
  return new Date(time)
    .toISOString()
    .replace('T00:00:00.000Z', '')
    .replace('T', ' ')
    .replace(/(:00)?\.\d+Z$/, '');
}

/** Milliseconds as `0.8 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The clock on the wall of whoever reads it, as `14:05:09`. */
export function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
