import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { MODEL_NAMES, type ReleaseManifest } from '@pavio/core';
import { expect, it } from 'vitest';
import { emptyFolder, pavio } from './pavio.ts';

/** Daily candles of twenty assets from 2018 to 2024, which stand beside the checkout where Pavio is developed. */
const DATA = path.resolve(import.meta.dirname, '../../../../shared/data/binance');

it.skipIf(!existsSync(DATA))(
  'on real candles no model has a skill that only a leak could give (skipped where ../shared/data is absent)',
  async () => {
    const cwd = await emptyFolder();
    const files = globSync(path.join(DATA, '*-1d.csv'));
    const imported = await pavio(['import', ...files], { cwd });
    expect(imported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^20 series from import: 42,671 new candles/),
    });

    const run = await pavio(['run', '--json'], { cwd });
    expect(run.code).toBe(0);
    const { manifest }: { manifest: ReleaseManifest } = JSON.parse(run.stdout).training;
    expect(manifest).toMatchObject({ source: 'import', isSimulated: false, training: { rows: 41_671 } });
    for (const name of MODEL_NAMES) {
      const { overall } = manifest.models[name].evaluation;
      expect(overall.rows).toBeGreaterThan(30_000);
      // Squared error of daily returns, and log loss of their sign: those who claim to explain more than a percent or
      // two of either have looked into the future.
      expect(Math.abs(overall.skill ?? 1)).toBeLessThan(0.02);
      expect(overall.directional?.accuracy).toBeGreaterThan(0.48);
      expect(overall.directional?.accuracy).toBeLessThan(0.56);
    }
  },
);
