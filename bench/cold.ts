import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { bundleFunctions } from '@pavio/lambda';
import { apiEvent } from '@pavio/lambda/testing';
import { pythonVenv, startS3Server } from '@pavio/storage/testing';
import { benchOptions } from './options.ts';
import { fillLake, fitPeer } from './peers/cold/lake.ts';
import { type Start, startOurs, startPeer } from './peers/cold/start.ts';

const USAGE = `Usage: node bench/cold.ts [--json]

How long a fresh process takes until it can answer, and until it has answered: each Lambda bundle of ours, and the same API as
FastAPI + scikit-learn + joblib, with models from the same S3 server on loopback (moto_server). Median of twenty, taken in
turn so that what else the machine does meets all alike.`;
const STARTS = 20;
const BUCKET = 'lake';
/** What the API was promised to need until it can answer. */
const PROMISED_MS = 150;

export interface ColdRow {
  readonly what: string;
  /** Milliseconds, median of the starts. */
  readonly ready: number;
  readonly fastestReady: number;
  readonly answered: number | null;
  /** Milliseconds of the processor until it was ready, median; ours only. */
  readonly processor: number | null;
  readonly kilobytes: number | null;
}

export async function benchCold(say: (line: string) => void): Promise<ColdRow[]> {
  const s3 = await startS3Server();
  if ('unavailable' in s3) throw new Error(s3.unavailable);
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-cold-'));
  try {
    await s3.createBucket(BUCKET);
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    Object.assign(process.env, credentials);
    const env = {
      ...credentials,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: s3.endpoint,
      BUCKET_NAME: BUCKET,
    };
    say('bundles, a lake with 20 assets and a release, and the same models in scikit-learn');
    const bundles = await bundleFunctions(folder);
    await fillLake(env);
    const pins = await readFile(path.join(import.meta.dirname, 'peers/cold/requirements.txt'), 'utf8');
    const python = await pythonVenv('cold', pins.trim().split('\n'));
    await fitPeer(python, s3.endpoint, env);

    say(`${STARTS} starts of each`);
    const event = apiEvent('/symbol/BTC');
    const starts = new Map<string, Start[]>();
    const add = (what: string, start: Start) => starts.set(what, [...(starts.get(what) ?? []), start]);
    for (let turn = 0; turn < STARTS; turn++) {
      for (const { name, folder: bundle } of bundles) {
        add(name, await startOurs(bundle, name === 'api' ? { env, event } : { env }));
      }
      add(PEER, await startPeer(python, { env, event }));
    }
    const sizes = new Map<string, number>(bundles.map(({ name, bytes }) => [name, bytes / 1000]));
    return Array.from(starts, ([what, all]) => rowOf(what, all, sizes.get(what)));
  } finally {
    await Promise.all([s3.stop(), rm(folder, { recursive: true })]);
  }
}

const PEER = 'FastAPI + scikit-learn + joblib';

function rowOf(what: string, starts: readonly Start[], kilobytes: number | undefined): ColdRow {
  const ready = starts.map((start) => start.ready).sort((a, b) => a - b);
  const answered = starts.flatMap((start) => start.answered ?? []).sort((a, b) => a - b);
  const processor = starts.flatMap((start) => start.processor ?? []).sort((a, b) => a - b);
  return {
    what,
    ready: medianOf(ready),
    fastestReady: ready[0] ?? Number.NaN,
    answered: answered.length > 0 ? medianOf(answered) : null,
    processor: processor.length > 0 ? medianOf(processor) : null,
    kilobytes: kilobytes ?? null,
  };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

function describe(rows: readonly ColdRow[]): string {
  const api = rows.find(({ what }) => what === 'api');
  const peer = rows.find(({ what }) => what === PEER);
  const shown = (value: number | null) => value?.toFixed(0) ?? '';
  const lines = rows.map(({ what, ready, fastestReady, answered, processor, kilobytes }) =>
    [what, ...[ready, fastestReady, answered, processor, kilobytes].map(shown)].join(' | '),
  );
  return [
    `\n| process | ready ms | fastest | first answer ms | processor ms until ready | bundle kB |\n|---|---:|---:|---:|---:|---:|`,
    ...lines.map((line) => `| ${line} |`),
    '',
    api === undefined || peer === undefined
      ? ''
      : `API: ready ${(peer.ready / api.ready).toFixed(1)} times as fast as the peer; ` +
        `${api.ready < PROMISED_MS ? 'within' : 'NOT within'} the ${PROMISED_MS} ms it was promised.`,
  ].join('\n');
}

const { isJson } = benchOptions(USAGE);
const rows = await benchCold((line) => console.error(line));
console.log(isJson ? JSON.stringify(rows, null, 2) : describe(rows));
