// The Spark job as Glue starts it: with the arguments that the templates give it and the state machine adds, the files that a
// deployment publishes, and nothing but S3 to read and write. Real Spark, the S3A of Hadoop, and moto_server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { computeFeatures, openWorkspace, trainModels, type Workspace } from '@pavio/cli';
import { fixedClock, loadConfig, silentLogger } from '@pavio/core';
import { sparkFiles } from '@pavio/glue';
import { type Spark, startSpark } from '@pavio/glue/testing';
import { HISTORY_START, simulateCandles } from '@pavio/market';
import { openStore } from '@pavio/storage';
import { type FaultProxy, type S3Server, startFaultProxy, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployment } from '../src/index.ts';
import { stateMachineDefinition, type TemplateJson } from '../testing/definition.ts';
import { CDK_JSON, smallArtefacts } from './deployment.ts';
import { runPipeline } from './local-pipeline.ts';

const LAKE = 'pavio-lake';
const MARKET = { source: 'simulated', quote: 'USD', interval: '1d' } as const;
const DAY = 86_400_000;
/** No limit for the work; for a machine that has much else to do. */
const LONG = 600_000;

const server = await startS3Server();
const started = await startSpark();
const proxy = 'unavailable' in server ? undefined : await startFaultProxy(server.endpoint);
const settings = 'unavailable' in started ? started : await started.s3Settings(proxy?.endpoint ?? '');
const missing = [server, started, settings].flatMap((part) => ('unavailable' in part ? [part.unavailable] : []));

describe.skipIf(missing.length > 0)(`the Spark job on S3${missing.map((why) => ` (SKIPPED: ${why})`).join()}`, () => {
  const s3 = server as S3Server;
  const spark = started as Spark;
  const faults = proxy as FaultProxy;
  const out = mkdtempSync(path.join(tmpdir(), 'pavio-spark-on-s3-'));
  let template: TemplateJson;

  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      PAVIO_S3_ENDPOINT: faults.endpoint,
      AWS_REGION: 'us-east-1',
    });
    await s3.createBucket(LAKE);
    const artefacts = { ...smallArtefacts(), spark: await sparkFiles(path.join(out, 'spark')) };
    const outdir = path.join(out, 'cdk.out');
    const context = { ...CDK_JSON.context, 'pavio:source': MARKET.source, 'pavio:sparkRows': '0' };
    const env = { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'us-east-1' };
    createDeployment({ artefacts, env, appProps: { context, outdir } }).app.synth();
    const read = (file: string) => JSON.parse(readFileSync(path.join(outdir, file), 'utf8'));
    template = read('Pipeline.template.json');
    await publishSpark(read('Pipeline.assets.json'), outdir);
    for (const [symbol, rows] of Object.entries({ BTC: 420, ETH: 380, NEW: 20 })) {
      const series = simulateCandles(symbol, '1d', HISTORY_START, HISTORY_START + (rows - 1) * DAY);
      for (const lake of [`s3://${LAKE}`, alone]) await openLake(lake).candles.upsert({ ...MARKET, symbol }, series);
    }
  }, LONG);
  afterAll(async () => {
    await Promise.all([spark.stop(), faults.stop(), s3.stop()]);
    rmSync(out, { recursive: true, force: true });
  });

  const alone = path.join(out, 'alone');

  function openLake(lake: string, now?: number): Workspace {
    const config = loadConfig({
      env: { PAVIO_SOURCE: MARKET.source, PAVIO_LAKE: lake, PAVIO_S3_ENDPOINT: faults.endpoint },
    });
    return openWorkspace(config, silentLogger, now === undefined ? undefined : fixedClock(now));
  }

  /** Puts what the Spark job is made of where a deployment does. */
  async function publishSpark({ files }: AssetManifest, outdir: string): Promise<void> {
    for (const { displayName, source, destinations } of Object.values(files)) {
      const [{ bucketName, objectKey } = { bucketName: '', objectKey: '' }] = Object.values(destinations);
      if (!displayName.startsWith('Spark-')) continue;
      await s3.createBucket(bucketName);
      const body = readFileSync(path.join(outdir, source.path));
      await openStore(`s3://${bucketName}`, { endpoint: faults.endpoint, region: 'us-east-1' }).put(objectKey, body);
    }
  }

  /** Runs the state machine on the detail of a crawl, with Spark as Glue; the logs of its jobs. */
  async function runOnSpark(detail: object): Promise<string[]> {
    const job = Object.values(template.Resources ?? {}).find(({ Type }) => Type === 'AWS::Glue::Job');
    const defaults = Object.entries(job?.Properties?.['DefaultArguments'] as object);
    const logs: string[] = [];
    const glue = async ({ Arguments }: { Arguments: Record<string, string> }) => {
      const given = { ...Object.fromEntries(defaults.map(([name, value]) => [name, rendered(value)])), ...Arguments };
      faults.plan({ kind: 'slowDown' }, { kind: 'cut' });
      const run = await spark.submit({
        // A worker of Glue, and a task that is lost is tried again.
        master: 'local[4,3]',
        arguments: given,
        settings: { ...(settings as Settings), ...ofSpark(given) },
      });
      if (run.exitCode !== 0) throw new Error(`The job ended with ${run.exitCode}: ${run.log.slice(-6000)}`);
      logs.push(run.log);
      return { Id: 'jr_1', JobRunState: 'SUCCEEDED', ExecutionTime: 60 };
    };
    const told = { version: 'none', promoted: true, reason: 'told by a function' };
    const run = await runPipeline(stateMachineDefinition(template), detail, {
      MeasureStored: () => ({ assets: 3, rows: 820 }),
      FeaturesOnGlue: glue,
      TrainOnGlue: glue,
      TellTrained: () => told,
      NotifyTrained: () => ({}),
      NotifyFailed: () => ({}),
    });
    if (run.error !== undefined) throw run.error;
    return logs;
  }

  it('computes, trains and releases what one machine does, bit for bit', { timeout: LONG }, async () => {
    const cluster = openLake(`s3://${LAKE}`);
    // Of runs that were killed: today, and tomorrow, should the day end before the next one writes.
    const folders = [0, DAY].map((later) => {
      const day = new Date(Date.now() + later).toISOString().slice(0, 10).replaceAll('-', '');
      return `features/cripto_features_${day}.parquet`;
    });
    const strays = ['part-00000-dead.snappy.parquet', '_temporary/0/part-00000'];
    for (const key of folders.flatMap((each) => strays.map((stray) => `${each}/${stray}`))) {
      await cluster.store.put(key, Buffer.from('PAR1'));
    }
    const logs = await runOnSpark({ lake: `s3://${LAKE}`, source: MARKET.source, quote: MARKET.quote, rows: 820 });
    expect(logs).toHaveLength(2);
    expect(faults.left).toBe(0);

    await computeFeatures(openLake(alone), MARKET);
    const [made, expected] = await Promise.all([cluster, openLake(alone)].map(({ features }) => features.latest()));
    expect(made?.symbols).toEqual(['BTC', 'ETH']);
    expect(made).toStrictEqual(expected);
    const keys: string[] = [];
    for await (const { key } of cluster.store.list('')) keys.push(key);
    const folder = folders.find((each) => keys.includes(`${each}/_table.json`));
    const untouched = folders.filter((each) => each !== folder).map((each) => `${each}/`);
    const written = keys.filter((key) => key.startsWith('features/') && !key.startsWith(untouched.join()));
    expect(written.filter((key) => !/\/part-[^/]+\.snappy\.parquet$/.test(key))).toEqual([
      `${folder}/_table.json`,
      'features/cripto_features_latest.json',
    ]);
    expect(written.join()).not.toContain('dead');
    expect(keys.filter((key) => key.startsWith('work/'))).toEqual([]);

    const { manifest } = (await cluster.registry.live())!;
    const { manifest: same } = await trainModels(openLake(alone, Date.parse(manifest.createdAt)));
    expect(same).toEqual(manifest);
    const [files, ofAlone] = await Promise.all(
      [cluster, openLake(alone)].map(({ registry }) => registry.load(manifest.version)),
    );
    expect(files).toEqual(ofAlone);
  });
});

type Settings = Readonly<Record<string, string>>;

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly displayName: string;
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
      }
    >
  >;
}

/** The setting of Spark that `--conf` gives, which Glue passes on. */
function ofSpark({ '--conf': setting }: Readonly<Record<string, string>>): Settings {
  if (setting === undefined) return {};
  const [name = '', value = ''] = setting.split('=');
  return { [name]: value };
}

/** A value of the template; the only output of another stack in it is the name of the bucket. */
function rendered(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] };
  return join === undefined ? LAKE : join[1].map(rendered).join(join[0]);
}
