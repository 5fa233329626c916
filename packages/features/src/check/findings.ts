/** What a check of features found, and how much it looked at. */
export interface Findings<Problem> {
  /** The first problem of each feature that has one. */
  readonly problems: readonly Problem[];
  /** Features that the candles were enough to check. */
  readonly checked: number;
}

/** Of a check that could not be made. */
export const NOTHING_CHECKED: Findings<never> = { problems: [], checked: 0 };

/** First row where two columns differ, as far as the first one goes; -1 where there is none. */
export function firstDifference(column: Float64Array, other: Float64Array): number {
  for (let row = 0; row < column.length; row++) {
    if (column[row] !== other[row] && !(Number.isNaN(column[row]!) && Number.isNaN(other[row]!))) return row;
  }
  return -1;
}
