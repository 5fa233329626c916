import { PavioError } from '@pavio/core';
import type { BoostingParams } from '../params.ts';
import type { RowTimes } from '../training-set.ts';

/** Which of some rows, in order of time, are fitted on and which measure the loss: places among them. */
export interface Tail {
  /** The rows before this are fitted on. */
  readonly fitted: number;
  /** The rows from here on are held back; as many as there are where none is. */
  readonly heldFrom: number;
}

/**
 * Holds back the last `validationFraction` of the rows, and the others of the first one's time. Rows that cannot be learnt
 * from by then, as their label reaches into what is held back, are neither fitted on nor held back.
 *
 * @param rows numbers of rows, in order of time
 * @throws PavioError `not_enough_data` when no row is left to fit on.
 */
export function tailOf(
  { validationFraction }: Pick<BoostingParams, 'validationFraction'>,
  rows: Int32Array,
  times: RowTimes | undefined,
): Tail {
  const n = rows.length;
  if (validationFraction === null) return { fitted: n, heldFrom: n };
  let heldFrom = n - Math.min(n - 1, Math.max(1, Math.round(n * validationFraction)));
  if (times === undefined) return { fitted: heldFrom, heldFrom };
  const { at, reach } = times;
  const timeOf = (place: number) => at[rows[place]!]!;
  const first = timeOf(heldFrom);
  while (heldFrom > 0 && timeOf(heldFrom - 1) === first) heldFrom--;
  let fitted = heldFrom;
  while (fitted > 0 && timeOf(fitted - 1) + reach > first) fitted--;
  if (fitted > 0) return { fitted, heldFrom };
  throw new PavioError('not_enough_data', `Early stopping holds back all rows but ${heldFrom} that are too close.`, {
    remedy: 'Use a smaller validationFraction, or train on a longer span.',
  });
}
