import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pythonVenvOrReason } from '@pavio/storage/testing';

/**
 * A Python with TA-Lib, pandas and the readers of Parquet, in an environment of its own; or why there is none, for the
 * names of the tests that are skipped. With CI=true that is an error.
 */
export async function featurePython(): Promise<{ path: string; missing: string }> {
  const pins = readFileSync(path.join(import.meta.dirname, 'reference/requirements.txt'), 'utf8')
    .trim()
    .split('\n');
  const found = await pythonVenvOrReason('features', pins);
  return typeof found === 'string' ? { path: found, missing: '' } : { path: '', missing: ` (${found.unavailable})` };
}
