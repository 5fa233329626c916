/**
 * Names for a release made at `now` (UTC milliseconds), best first: `YYYYMMDD-HHMM`, then with the second, then the
 * seconds after it, for the case that another release has taken the name.
 */
export function* versionNames(now: number): Generator<string> {
  const digits = (time: number) => new Date(time).toISOString().replace(/\D/g, '');
  const name = (time: number, length: number) => `${digits(time).slice(0, 8)}-${digits(time).slice(8, length)}`;
  yield name(now, 12);
  for (let second = 0; second < 60; second++) yield name(now + second * 1000, 14);
}

/** When the release of this name was made, UTC milliseconds; NaN where the name is no time. */
export function versionTime(version: string): number {
  return Date.parse(
    version.replace(/^(....)(..)(..)-(..)(..)(..)?$/, (_, y, m, d, hour, minute, second = '00') => {
      return `${y}-${m}-${d}T${hour}:${minute}:${second}Z`;
    }),
  );
}
