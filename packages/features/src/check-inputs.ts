import { type FeatureTable, PavioError } from '@pavio/core';

/**
 * Refuses a table that models cannot learn from, naming the columns: an input that is not there, has no value in any row,
 * has an infinite value, or has the same value in all rows.
 *
 * @param rows those to look at, as the training rows of a fold; all by default.
 * @throws PavioError `bad_features`.
 */
export function checkInputs(table: Pick<FeatureTable, 'featureSet' | 'columns'>, rows?: ArrayLike<number>): void {
  const problems = { missing: [] as string[], infinite: [] as string[], constant: [] as string[] };
  for (const input of table.featureSet.inputs) {
    const problem = problemOf(table.columns.get(input), rows);
    if (problem !== undefined) problems[problem].push(input);
  }
  const sentences = Object.entries(problems)
    .filter(([, inputs]) => inputs.length > 0)
    .map(([problem, inputs]) => `${problem}: ${inputs.join(', ')}`);
  if (sentences.length === 0) return;
  throw new PavioError('bad_features', `Models cannot learn from these inputs (${sentences.join('; ')}).`, {
    remedy: 'Take a longer span or more assets, and check the candles for assets whose price or volume stands still.',
    details: problems,
  });
}

function problemOf(
  column: Float64Array | undefined,
  rows: ArrayLike<number> | undefined,
): 'missing' | 'infinite' | 'constant' | undefined {
  if (column === undefined) return 'missing';
  const count = rows === undefined ? column.length : rows.length;
  let first = Number.NaN;
  let isConstant = true;
  for (let i = 0; i < count; i++) {
    const value = column[rows === undefined ? i : rows[i]!]!;
    if (Number.isNaN(value)) continue;
    // Models read float32, so what overflows there is infinite to them.
    if (!Number.isFinite(Math.fround(value))) return 'infinite';
    if (Number.isNaN(first)) first = value;
    else if (value !== first) isConstant = false;
  }
  if (Number.isNaN(first)) return 'missing';
  return isConstant ? 'constant' : undefined;
}
