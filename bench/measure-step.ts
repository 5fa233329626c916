import { fork } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { StepFigures } from './step-process.ts';

/** What one command of pavio costs in a process of its own, with `folder` as its working directory. */
export function measureStep(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<StepFigures> {
  const child = fork(path.join(import.meta.dirname, 'step-process.ts'), words, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as StepFigures));
    child.once('exit', (code) => reject(new Error(`pavio ${words.join(' ')} ended with code ${code}`)));
  });
}
