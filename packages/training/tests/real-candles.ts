import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { VOLATILITY_COLUMN } from '@pavio/features';
import { decodeCandleCsv } from '@pavio/storage';
import { expect } from 'vitest';
import { createDataSet, type DataSet } from '../src/index.ts';
import { openLake } from './lake.ts';

/** Daily candles of twenty assets from 2018 to 2024, which stand beside the checkout where Pavio is developed. */
export const DATA = path.resolve(import.meta.dirname, '../../../../shared/data/binance');

/** What models learn from all of them. To be called where a lake may be opened: in a test. */
export async function realDataSet(): Promise<DataSet> {
  const lake = await openLake();
  const files = globSync('*-1d.csv', { cwd: DATA });
  expect(files).toHaveLength(20);
  const read = (file: string) => decodeCandleCsv(readFileSync(path.join(DATA, file)), file);
  await lake.put(Object.fromEntries(files.map((file) => [file.split('-', 1)[0]!, read(file)])));
  const data = createDataSet((await lake.features.latest())!, VOLATILITY_COLUMN);
  expect(data.inputs).toMatchObject({ rows: 41_671, columns: 58 });
  return data;
}
