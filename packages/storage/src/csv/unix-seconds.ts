/** The last second of the year 9999. What is beyond is not in seconds. */
const LAST = 253_402_300_799;

export function isUnixSeconds(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= LAST;
}

/** What is wrong with a time that is no unix time in seconds. */
export function timeProblem(value: number): string {
  return value > LAST
    ? 'lies beyond the year 9999: unix SECONDS are expected'
    : 'is not a whole number of seconds since 1970';
}
