// The job as it is submitted, on a real Spark of two worker processes, on real candles: the numbers are those of one machine,
// bit for bit, whatever dies on the way.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { computeFeatures, openWorkspace, trainModels, tuneModels, type Workspace } from '@pavio/cli';
import { fixedClock, loadConfig, type ReleaseManifest, silentLogger, sliceRows } from '@pavio/core';
import { importFiles } from '@pavio/crawler';
import { storeReport } from '@pavio/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Spark, type SparkRun, startSpark } from '../testing/index.ts';
import type { Faults } from './programs/fault.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CANDLES = path.resolve(ROOT, '../shared/data/binance');
const CLUSTER = 'local-cluster[2,1,1024]';
const ENVIRONMENT = { PAVIO_SOURCE: 'import', PAVIO_INTERVAL: '1d' };
/** No limit for the work; for a machine that has much else to do. */
const LONG = 600_000;

const started = existsSync(CANDLES) ? await startSpark() : { unavailable: `no real candles in ${CANDLES}` };
const missing = 'unavailable' in started ? ` (SKIPPED: ${started.unavailable})` : '';

describe.skipIf(missing !== '')(`Spark${missing}`, () => {
  const spark = started as Spark;
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-glue-'));
  const lake = (name: string) => path.join(folder, name);

  beforeAll(async () => {
    const { candles, clock } = openLake('cluster');
    const files = ['BTC', 'SOL'].map((symbol) => path.join(CANDLES, `${symbol}-USDT-1d.csv`));
    await importFiles({ files, candles, clock, log: silentLogger });
    const key = (symbol: string) => ({ source: 'import', symbol, quote: 'USDT', interval: '1d' as const });
    const real = await candles.read(key('SOL'));
    // With a hole; and one that is as long, but has no stretch that is long enough.
    for (const part of [sliceRows(real, 0, 300), sliceRows(real, 330, 700)]) await candles.upsert(key('HOLE'), part);
    for (let row = 0; row < 400; row += 50) await candles.upsert(key('TORN'), sliceRows(real, row, row + 40));
    cpSync(lake('cluster'), lake('alone'), { recursive: true });
    cpSync(lake('cluster'), lake('failing'), { recursive: true });
  });
  afterAll(async () => {
    await spark.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function openLake(name: string, now?: number): Workspace {
    const config = loadConfig({ env: { ...ENVIRONMENT, PAVIO_LAKE: lake(name) } });
    return openWorkspace(config, silentLogger, now === undefined ? undefined : fixedClock(now));
  }

  function outcomeOf({ exitCode, outcome, log }: SparkRun): unknown {
    if (exitCode !== 0) throw new Error(`The job ended with ${exitCode}: ${log.slice(-4000)}`);
    return outcome;
  }

  /** A Node whose first processes of a command come to harm. */
  function harmed(command: string, kinds: Faults['kinds']) {
    const about = path.join(folder, `node-${command}-${kinds.length}`);
    mkdirSync(about);
    const node = path.join(about, path.basename(about));
    const real = path.join(ROOT, 'node_modules/node/bin/node');
    const fault = path.join(import.meta.dirname, 'programs/fault.ts');
    writeFileSync(node, `#!/bin/sh\nexec '${real}' --import '${fault}' "$@"\n`);
    chmodSync(node, 0o755);
    const faults: Faults = { folder: about, command, kinds };
    const done = () => kinds.filter((_kind, index) => existsSync(path.join(about, String(index))));
    return { node, environment: { ...ENVIRONMENT, FAULTS: JSON.stringify(faults) }, done };
  }

  it('computes the features of one machine, though a process and then an executor are killed', {
    timeout: LONG,
  }, async () => {
    const { done, ...node } = harmed('kernel', ['killed', 'executor killed']);
    const run = await spark.run({ step: 'features', lake: lake('cluster'), master: CLUSTER, ...node });
    expect(outcomeOf(run)).toMatchObject({ assets: 3, leftOut: ['TORN'] });
    expect(done()).toEqual(['killed', 'executor killed']);
    expect(run.log).toContain('node kernel was ended by signal 9');
    expect(run.log).toMatch(/ExecutorLostFailure|Lost executor/);

    await computeFeatures(openLake('alone'), { source: 'import', quote: 'USDT' });
    const [cluster, alone] = await Promise.all(['cluster', 'alone'].map((name) => openLake(name).features.latest()));
    expect(cluster).toBeDefined();
    expect(Object.keys(cluster!)).toEqual(Object.keys(alone!));
    // Bit for bit: the comparison tells 0 from -0, and any number from NaN.
    expect(cluster).toStrictEqual(alone);
    expect(alone!.symbols).toContain('HOLE');
    const [summary, ofAlone] = await Promise.all(['cluster', 'alone'].map((name) => openLake(name).features.summary()));
    // The tag of the candles is that of files which were copied here.
    const facts = (all: typeof summary) => all!.assets.map(({ content: _content, ...facts }) => facts);
    expect(facts(summary)).toEqual(facts(ofAlone));
  });

  it('writes what pandas reads as it is', async () => {
    const read =
      'import pandas, sys; t = pandas.read_parquet(sys.argv[1]); print(len(t), t.time.dtype, t.close.dtype, len(t.columns))';
    const table = (await openLake('cluster').features.latest())!;
    const parts = readdirSync(path.join(lake('cluster'), 'features')).find((name) => name.endsWith('.parquet'));
    const { stdout } = await promisify(execFile)(spark.python, [
      '-c',
      read,
      path.join(lake('cluster'), 'features', parts!),
    ]);
    expect(stdout.trim()).toBe(`${table.time.length} datetime64[ms, UTC] float64 ${table.columns.size + 3}`);
  });

  it('leaves nothing to do for one machine, nor for itself', async () => {
    const before = readdirSync(lake('cluster'), { recursive: true });
    const report = await computeFeatures(openLake('cluster'), { source: 'import', quote: 'USDT' });
    expect(report).toMatchObject({ computed: [], tooShort: [{ symbol: 'TORN' }] });
    expect(readdirSync(lake('cluster'), { recursive: true })).toEqual(before);
  });

  it('makes the release of one machine, though a process is killed', { timeout: LONG }, async () => {
    const { done, ...node } = harmed('fit', ['killed']);
    const run = await spark.run({ step: 'train', lake: lake('cluster'), master: CLUSTER, ...node });
    expect(outcomeOf(run)).toMatchObject({ isNew: true, promoted: true });
    expect(done()).toEqual(['killed']);
    expect(run.log).toContain('node fit was ended by signal 9');

    const { manifest } = (await openLake('cluster').registry.live())!;
    const alone = openLake('alone', Date.parse(manifest.createdAt));
    const { manifest: same } = await trainModels(alone);
    await storeReport(alone.store, same);
    expect<ReleaseManifest>(same).toEqual(manifest);
    for (const part of ['models', 'reports']) {
      const files = (name: string) =>
        readdirSync(path.join(lake(name), part), { recursive: true, withFileTypes: true });
      const contents = (name: string) => {
        const found = files(name).filter((file) => file.isFile());
        return found.map((file) => {
          const at = path.join(file.parentPath, file.name);
          return [path.relative(lake(name), at), readFileSync(at)] as const;
        });
      };
      const [made, expected] = [new Map(contents('cluster')), new Map(contents('alone'))];
      expect([...made.keys()].sort()).toEqual([...expected.keys()].sort());
      const differing = [...expected].filter(([file, bytes]) => Buffer.compare(made.get(file)!, bytes) !== 0);
      expect(differing.map(([file]) => file)).toEqual([]);
    }
    expect(existsSync(path.join(lake('cluster'), 'work'))).toBe(false);
  });

  it('searches parameters as one machine does', { timeout: LONG }, async () => {
    const search = { trials: 1, models: ['regressor_lin'] };
    const run = await spark.run({
      step: 'tune',
      lake: lake('cluster'),
      master: CLUSTER,
      environment: ENVIRONMENT,
      input: search,
    });
    expect(outcomeOf(run)).toMatchObject({ models: [{ name: 'regressor_lin', trials: 2 }] });
    const alone = openLake('alone');
    await tuneModels(alone, search);
    const trials = async ({ store }: Workspace) => {
      const found: [string, string][] = [];
      for await (const { key } of store.list('tuning/regressor_lin')) {
        found.push([key, Buffer.from((await store.get(key))!.body).toString()]);
      }
      return found;
    };
    const made = await trials(openLake('cluster'));
    expect(made).toHaveLength(2);
    expect(made).toEqual(await trials(alone));
  });

  it('ends with the reason where a process hangs and the next one fails', { timeout: LONG }, async () => {
    const { done, ...node } = harmed('kernel', ['hung', 'failed', 'failed']);
    const run = await spark.run({
      step: 'features',
      lake: lake('failing'),
      master: 'local[1,2]',
      patience: 10,
      ...node,
    });
    expect(run.exitCode).toBe(1);
    expect(done()).toEqual(['hung', 'failed']);
    expect(run.log).toContain('node kernel did nothing for 10.0 s and was ended');
    expect(run.log).toContain('node kernel failed with exit code 1: internal: the disk of this machine is full');
    expect(await openLake('failing').features.latest()).toBeUndefined();
  });
});
