import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CandleSeries, type Interval, seriesLength } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { isClose, scaleOf } from '../src/check/tolerance.ts';
import { computeFeatures, featureSet } from '../src/index.ts';
import {
  hasRealCandles,
  intervalOf,
  readCandles,
  readColumns,
  realFiles,
  unbrokenRows,
  withoutPadding,
} from './candle-series.ts';
import { featurePython } from './feature-python.ts';
import { candleCsv, REFERENCE_INTERVALS, referenceCandles } from './reference/simulated-candles.ts';

const folder = path.join(import.meta.dirname, 'reference');
const script = path.join(folder, 'reference.py');
const WRITE = 'node packages/features/tests/reference/write-reference.ts';
const candleFile = (interval: Interval) => path.join(folder, `candles-${interval}.csv`);
const expectedFile = (interval: Interval) => path.join(folder, `expected-${interval}.csv`);

/** Columns that a reference gives so many rows later than they could have one. */
const LATER_IN_REFERENCE: Readonly<Record<string, number>> = { engulfing: 1 };

/** Next to zero both have nothing left but rounding: from this share of the unit's scale on a relative error means something. */
const NOT_NEXT_TO_ZERO = 1e-6;

interface Comparison {
  /** Largest relative error of each column. */
  readonly errors: Map<string, number>;
  /** Columns beyond the tolerance, or defined where the reference is not or the other way round. */
  readonly disagreements: string[];
  /** Values that were compared. */
  readonly compared: number;
}

function compare(series: CandleSeries, interval: Interval, expected: Map<string, Float64Array>): Comparison {
  const { features, columns } = featureSet(interval);
  const errors = new Map<string, number>();
  const disagreements = columns.filter((name) => expected.get(name)?.length !== seriesLength(series));
  if (disagreements.length > 0) return { errors, disagreements, compared: 0 };

  const table = computeFeatures(series, interval);
  const scale = scaleOf(series);
  const unbroken = unbrokenRows(series, interval);
  let compared = 0;
  for (const { name, unit, lookback } of features) {
    const got = table.get(name)!;
    const wanted = expected.get(name)!;
    const firstInReference = lookback + (LATER_IN_REFERENCE[name] ?? 0);
    let worst = 0;
    const row = got.findIndex((value, t) => {
      const reference = wanted[t]!;
      if (Number.isNaN(reference)) {
        const isLater = unbroken[t]! > lookback && unbroken[t]! <= firstInReference;
        return !(isLater || Number.isNaN(value));
      }
      compared++;
      if (Math.abs(reference) > NOT_NEXT_TO_ZERO * scale[unit])
        worst = Math.max(worst, Math.abs((value - reference) / reference));
      return !isClose(unit, value, reference, scale);
    });
    if (row !== -1) disagreements.push(`${name} of row ${row}: ${got[row]}, not ${wanted[row]}`);
    errors.set(name, worst);
  }
  return { errors, disagreements, compared };
}

it.each(REFERENCE_INTERVALS)('the committed %s candles are those of the simulated market', (interval) => {
  const committed = readFileSync(candleFile(interval), 'utf8');
  expect(committed, `write them with: ${WRITE}`).toBe(candleCsv(referenceCandles(interval)));
});

it.each(REFERENCE_INTERVALS)(
  'agrees with TA-Lib, pandas and the published formulas on the committed %s candles',
  (interval) => {
    const series = readCandles(candleFile(interval));
    const expected = readColumns(expectedFile(interval));
    const { disagreements, compared } = compare(series, interval, expected);
    expect(disagreements).toEqual([]);
    expect(compared).toBeGreaterThan(0.8 * seriesLength(series) * featureSet(interval).columns.length);
  },
);

/** For each file the columns that the references give. */
function referenceValues(python: string, files: readonly string[]): Map<string, Float64Array>[] {
  const scratch = mkdtempSync(path.join(tmpdir(), 'pavio-reference-'));
  try {
    const target = path.join(scratch, 'values');
    execFileSync(python, [script, 'values', target, ...files], { stdio: 'pipe' });
    const bytes = readFileSync(target);
    let at = 0;
    return files.map(() => {
      const end = bytes.indexOf('\n', at);
      const header = JSON.parse(bytes.toString('utf8', at, end)) as { columns: string[]; rows: number };
      at = end + 1;
      return new Map(
        header.columns.map((name) => {
          const values = new Float64Array(new Uint8Array(bytes.subarray(at, (at += 8 * header.rows))).buffer);
          return [name, values];
        }),
      );
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const python = await featurePython();

describe.skipIf(python.missing !== '')(`the pinned TA-Lib and pandas${python.missing}`, () => {
  it('give the committed values', () => {
    const given = referenceValues(python.path, REFERENCE_INTERVALS.map(candleFile));
    for (const [index, interval] of REFERENCE_INTERVALS.entries()) {
      const committed = readColumns(expectedFile(interval));
      expect([...committed.keys()]).toEqual([...given[index]!.keys()]);
      // The file has twelve digits.
      const wrong = Array.from(committed).filter(([name, values]) =>
        values.some((value, row) => {
          const wanted = given[index]!.get(name)![row]!;
          return !(Object.is(value, wanted) || Math.abs(value - wanted) <= 1e-11 * Math.abs(wanted));
        }),
      );
      expect(
        wrong.map(([name]) => name),
        `write them with: ${WRITE}`,
      ).toEqual([]);
    }
  });
});

const missing = python.missing || (hasRealCandles ? '' : ' (skipped: ../shared/data is absent)');

describe.skipIf(missing !== '')(`live, on real candles${missing}`, () => {
  it('agrees with TA-Lib and pandas', () => {
    const files = realFiles('*/*.csv');
    const worst = new Map<string, number>();
    const expected = referenceValues(python.path, files);
    let rows = 0;
    let compared = 0;
    for (const [index, file] of files.entries()) {
      const series = withoutPadding(readCandles(file));
      const comparison = compare(series, intervalOf(file), expected[index]!);
      expect({ file, disagreements: comparison.disagreements }).toEqual({ file, disagreements: [] });
      for (const [name, error] of comparison.errors) worst.set(name, Math.max(error, worst.get(name) ?? 0));
      rows += seriesLength(series);
      compared += comparison.compared;
    }
    expect(new Set(files.map(intervalOf))).toEqual(new Set(['1m', '1h', '1d']));
    expect([...worst.keys()].sort()).toEqual([...featureSet('1h').columns].sort());
    expect(compared).toBeGreaterThan(0.95 * rows * featureSet('1d').columns.length);
    const lines = Array.from(worst, ([name, error]) => `${name.padEnd(28)} ${error.toExponential(1)}`);
    console.log(
      `Largest relative error of ${compared} values on ${rows} real candles in ${files.length} files, where all are within 1e-9 of the value or 1e-12 of what it is a difference of:\n${lines.join('\n')}`,
    );
  });
});
