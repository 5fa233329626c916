import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CandleSeries, CandleStore } from '@pavio/core';
import { folderStore, lakeCandleStore } from '@pavio/storage';
import { onTestFinished } from 'vitest';

/** A folder of its own for the test at hand. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-crawler-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function temporaryLake(): Promise<CandleStore> {
  return lakeCandleStore(folderStore(await temporaryFolder()));
}

/** Rows as plain arrays, which vitest compares and prints quickly. */
export function rowsOf(series: CandleSeries): number[][] {
  const { time, open, high, low, close, volume, quoteVolume } = series;
  return Array.from(time, (at, row) =>
    [at, open[row], high[row], low[row], close[row], volume[row], quoteVolume[row]].map(Number),
  );
}
