import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CandleSeries } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { computeFeatures, type Feature, featureSet } from '../src/index.ts';
import { hasRealCandles, readCandles, readColumns, realFiles } from './candle-series.ts';

const folder = path.join(import.meta.dirname, 'reference');
const script = path.join(folder, 'reference.py');

/** Columns that a reference gives only some rows later than they could have one. */
const LATER_IN_REFERENCE = new Set(['macd', 'macd_to_close', 'stochastic_k_14', 'engulfing']);

/**
 * 1e-9 of the value, or 1e-12 of what a value near zero is a difference of: TA-Lib and pandas keep running sums, which
 * lose so much, and the reference file has twelve digits.
 */
function tolerance({ unit }: Feature, wanted: number, scale: { price: number; volume: number }): number {
  const size = unit === 'price' ? scale.price : unit === 'volume' ? scale.volume : unit === 'percent' ? 100 : 1;
  return 1e-9 * Math.abs(wanted) + 1e-12 * size;
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
      worst = Math.max(worst, reference === 0 ? 0 : error / Math.abs(reference));
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

/** A Python with TA-Lib and pandas: the one named by PAVIO_PYTHON, or python3. */
const python = process.env['PAVIO_PYTHON'] ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import numpy, pandas, talib']).status === 0;

describe.skipIf(!hasPython || !hasRealCandles)(
  'live, on real candles (skipped where PAVIO_PYTHON or python3 has no TA-Lib, or ../shared/data is absent)',
  () => {
    it('agrees with TA-Lib and pandas', { timeout: 300_000 }, () => {
      const worst = new Map<string, number>();
      const scratch = mkdtempSync(path.join(tmpdir(), 'pavio-reference-'));
      try {
        for (const file of realFiles('binance/*-1d.csv')) {
          const target = path.join(scratch, 'values.csv');
          execFileSync(python, [script, 'values', file, target], { stdio: 'pipe' });
          const { errors, disagreements } = compare(readCandles(file), readColumns(target));
          expect({ file, disagreements }).toEqual({ file, disagreements: [] });
          for (const [name, error] of errors) worst.set(name, Math.max(error, worst.get(name) ?? 0));
        }
      } finally {
        rmSync(scratch, { recursive: true });
      }
      const lines = Array.from(worst, ([name, error]) => `${name.padEnd(28)} ${error.toExponential(1)}`);
      console.log(`Largest relative error on real candles:\n${lines.join('\n')}`);
    });
  },
);
