import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const NAME = join(tmpdir(), 'pavio-storage-');

/** A new empty folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(NAME);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Paths in a folder that is removed when the test file ends. Nothing is there yet. */
export function fileFolder(): (name: string) => string {
  const folder = mkdtempSync(NAME);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return (name) => join(folder, name);
}
