import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CandleSeries } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { computeFeatures, type Feature, featureSet } from '../src/index.ts';
import { hasRealCandles, readCandles, readColumns, realFiles } from './candle-series.ts';
import { featurePython } from './feature-python.ts';

const folder = path.join(import.meta.dirname, 'reference');
const script = path.join(folder, 'reference.py');

/** Columns that a reference gives only some rows later than they could have one. */
const LATER_IN_REFERENCE = new Set(['macd', 'macd_to_close', 'stochastic_k_14', 'engulfing']);

/**
 * 1e-9 of the value, or 1e-12 of what a value near zero is a difference of: TA-Lib and pandas keep running sums, which
 * lose so much, and the reference file has twelve digits.
 */
function tolerance(feature: Feature, wanted: number, scale: Scale): number {
  return 1e-9 * Math.abs(wanted) + 1e-12 * sizeOf(feature, scale);
}

/** Highest price and largest volume. */
interface Scale {
  readonly price: number;
  readonly volume: number;
}

function sizeOf({ unit }: Feature, scale: Scale): number {
  return unit === 'price' ? scale.price : unit === 'volume' ? scale.volume : unit === 'percent' ? 100 : 1;
}

interface Comparison {
  /** Largest relative error of each column. */
  readonly errors: Map<string, number>;
  /** Columns beyond the tolerance, defined where the reference is not or the other way round, or hardly compared. */
  readonly disagreements: string[];
}

function compare(series: CandleSeries, expected: Map<string, Float64Array>): Comparison {
  const table = computeFeatures(series, '1d');
  const errors = new Map<string, number>();
  const disagreements: string[] = [];
  const scale = { price: Math.max(...series.high), volume: Math.max(...series.volume) };
  for (const feature of featureSet('1d').features) {
    const { name } = feature;
    const got = table.get(name)!;
    const wanted = expected.get(name) ?? new Float64Array(got.length).fill(Number.NaN);
    let worst = 0;
    let compared = 0;
    const agrees = (value: number, row: number) => {
      const reference = wanted[row]!;
      if (Number.isNaN(reference)) return Number.isNaN(value) || LATER_IN_REFERENCE.has(name);
      const error = Math.abs(value - reference);
      compared++;
      // Next to zero both have nothing left but rounding: 1e-6 of the unit is where a relative error means something.
      if (Math.abs(reference) > 1e-6 * sizeOf(feature, scale)) worst = Math.max(worst, error / Math.abs(reference));
      return error <= tolerance(feature, reference, scale);
    };
    const row = got.findIndex((value, t) => !agrees(value, t));
    if (row !== -1) disagreements.push(`${name} of row ${row}: ${got[row]}, not ${wanted[row]}`);
    else if (compared < got.length - 60) disagreements.push(`${name}: only ${compared} rows compared`);
    errors.set(name, worst);
  }
  return { errors, disagreements };
}

it('agrees with TA-Lib, pandas and the published formulas on the committed candles', () => {
  const series = readCandles(path.join(folder, 'candles.csv'));
  expect(compare(series, readColumns(path.join(folder, 'expected.csv'))).disagreements).toEqual([]);
});

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
const missing = python.missing || (hasRealCandles ? '' : ' (skipped: ../shared/data is absent)');

describe.skipIf(missing !== '')(`live, on real candles${missing}`, () => {
  it('agrees with TA-Lib and pandas', () => {
    const files = realFiles('binance/*-1d.csv');
    const worst = new Map<string, number>();
    const expected = referenceValues(python.path, files);
    for (const [index, file] of files.entries()) {
      const { errors, disagreements } = compare(readCandles(file), expected[index]!);
      expect({ file, disagreements }).toEqual({ file, disagreements: [] });
      for (const [name, error] of errors) worst.set(name, Math.max(error, worst.get(name) ?? 0));
    }
    expect(files.length).toBeGreaterThan(10);
    const lines = Array.from(worst, ([name, error]) => `${name.padEnd(28)} ${error.toExponential(1)}`);
    console.log(`Largest relative error on the real candles of ${files.length} assets:\n${lines.join('\n')}`);
  });
});
