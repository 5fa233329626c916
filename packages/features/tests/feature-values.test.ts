import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { computeFeatures, featureSet } from '../src/index.ts';
import { walk } from './candle-series.ts';
import { REFERENCE_INTERVALS, referenceCandles } from './reference/simulated-candles.ts';

/**
 * What the features of the simulated market and of hard candles are, to nine digits, under each name that the set has had. Stored features and
 * models are known by name and declarations: where a kernel gives other values, the set needs another name (`NAME` in
 * src/feature-set.ts), and a line here. A line is never changed.
 */
const VALUES_UNDER_NAME: Readonly<Record<string, string>> = {
  'pavio-1': '1294d66f7023cd09f5ce7bf948eda10c95df199aa16545b4ad237dd54f8e937b',
};

it('other values have another name', () => {
  const digest = createHash('sha256');
  for (const interval of REFERENCE_INTERVALS) {
    for (const [name, values] of computeFeatures(referenceCandles(interval), interval)) {
      digest.update(`${interval} ${name} ${Array.from(values, rounded).join(' ')}\n`);
    }
  }
  const hard = walk({ seed: 12, rows: 300, standstills: 0.02, flashes: 0.01, gaps: 0.005 });
  for (const [name, values] of computeFeatures(hard, '1d'))
    digest.update(`hard ${name} ${Array.from(values, rounded).join(' ')}\n`);
  const { name } = featureSet('1d');
  expect({ name, digest: digest.digest('hex') }).toEqual({ name, digest: VALUES_UNDER_NAME[name] });
});

/** Nine digits, and none of what is left of a difference that cancels. */
function rounded(value: number): string {
  return Math.abs(value) < 1e-12 ? '0' : value.toPrecision(9);
}
