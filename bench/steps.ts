// Time and peak memory of each step of a cycle: 20 assets, 3000 daily candles each, every step a process of its own.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { StepFigures } from './step-process.ts';

const STEPS: { name: string; words: string[] }[] = [
  { name: 'crawl, simulated market, everything', words: ['crawl'] },
  { name: 'crawl again, nothing new', words: ['crawl'] },
  { name: 'features', words: ['features'] },
  { name: 'train: 5 models x (5 folds + 1), release', words: ['train', '--force'] },
  { name: 'train again, nothing new', words: ['train'] },
  { name: 'predict BTC', words: ['predict', 'BTC'] },
  { name: 'a whole second cycle, nothing new', words: ['run'] },
];

/** Start-up of Node and all imports is in every figure: it is what a user waits for. */
function measure(words: string[], cwd: string): Promise<StepFigures> {
  const child = fork(path.join(import.meta.dirname, 'step-process.ts'), words, {
    cwd,
    env: { ...process.env, PAVIO_SOURCE: 'simulated', PAVIO_LAKE: path.join(cwd, 'lake') },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as StepFigures));
    child.once('exit', (code) => reject(new Error(`pavio ${words.join(' ')} ended with code ${code}`)));
  });
}

const isJson = process.argv.includes('--json');
const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-'));
try {
  const rows = [];
  for (const { name, words } of STEPS) rows.push({ step: name, ...(await measure(words, folder)) });
  if (isJson) {
    console.log(JSON.stringify(rows, null, 2));
  } else {
    console.log('\n| step | wall s | CPU s | peak memory MB |\n|---|---:|---:|---:|');
    for (const { step, seconds, cpuSeconds, peakMegabytes } of rows) {
      console.log(`| ${step} | ${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${peakMegabytes.toFixed(0)} |`);
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
