/** What is not known. */
const UNKNOWN = '–';

/** 12345 -> `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** 0.0123 -> `1.23 %`. */
export function formatShare(share: number | null | undefined, digits = 2): string {
  return share === null || share === undefined ? UNKNOWN : `${formatFixed(share * 100, digits)} %`;
}

/** 0.0123 -> `+1.23 %`. */
export function formatSkill(skill: number | null, digits = 2): string {
  return skill !== null && Number((skill * 100).toFixed(digits)) > 0
    ? `+${formatShare(skill, digits)}`
    : formatShare(skill, digits);
}

/** `−0.10 % to +0.90 %`. */
export function formatSkillInterval(
  interval: { readonly low: number; readonly high: number } | null | undefined,
): string {
  return interval ? `${formatSkill(interval.low)} to ${formatSkill(interval.high)}` : UNKNOWN;
}

/** With a true minus sign, and without one before what rounds to zero. */
export function formatFixed(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return UNKNOWN;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `0.012`, `< 0.001`. */
export function formatP(pValue: number | undefined): string {
  if (pValue === undefined) return UNKNOWN;
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}

/** `2026-01-31T00:00:00Z` -> `2026-01-31`; the time of day stays where there is one. */
export function formatDay(iso: string): string {
  return iso
    .replace(/T00:00:00(\.000)?Z$/, '')
    .replace(/(:00)?(\.\d+)?Z$/, '')
    .replace('T', ' ');
}

/** Milliseconds as `730 days`, `36 hours`, `90 minutes`, in the largest unit that fits. */
export function formatDuration(ms: number): string {
  const [name, unit] = (
    [
      ['days', 86_400_000],
      ['hours', 3_600_000],
      ['minutes', 60_000],
    ] as const
  ).find(([, length]) => ms % length === 0) ?? ['seconds', 1000];
  return `${formatCount(ms / unit)} ${name}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function formatList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
