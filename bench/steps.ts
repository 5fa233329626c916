import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureStep } from './measure-step.ts';
import { benchOptions } from './options.ts';

const USAGE = `Usage: node bench/steps.ts [--json]

Time and peak memory of each step of a cycle: 20 assets, 3000 simulated daily candles each, every step a process of its own.`;

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
const { isJson } = benchOptions(USAGE);
const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-'));
try {
  const env = { PAVIO_SOURCE: 'simulated', PAVIO_LAKE: path.join(folder, 'lake') };
  const rows = [];
  for (const { name, words } of STEPS) rows.push({ step: name, ...(await measureStep(words, folder, env)) });
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
