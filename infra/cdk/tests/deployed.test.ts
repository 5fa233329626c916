// The deployed artefacts run: bundles from cdk.out in fresh Node processes with the environment that their template gives them,
// against a real S3 server and a provider on loopback, through the state machine that was rendered. What stands in for AWS:
// moto_server (S3, Secrets Manager), a listener for EventBridge and Lambda's control plane, and the handlers of Glue and SNS.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apiEvent, invokeOnce, type LambdaProcess, startLambda } from '@pavio/lambda/testing';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emittedMetrics } from './emitted-metrics.ts';
import { API_KEY, type LocalDeployment, startDeployment } from './local-deployment.ts';
import { EXECUTION, type LocalRun, runPipeline } from './local-pipeline.ts';

/** Enough for features and a small walk-forward. */
const HISTORY_DAYS = 420;
/** Of which three assets have less, and four have more. */
const SPARK_ROWS = 1500;
const EARLIER = EXECUTION.replace('this', 'earlier');
/** Attempts of one request inside the SDK: so many faults are a request that failed. */
const ATTEMPTS = 5;

interface ExecuteOptions {
  /** Runs of Glue that fail before one succeeds. */
  readonly glueFailures?: number;
  /** What `ListRuns` finds to be the oldest running execution, look by look. */
  readonly oldest?: readonly string[];
  /** Before each invocation of a step: which of its invocations it is, from 1. */
  readonly before?: Readonly<Record<string, (time: number) => unknown>>;
}

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

const STARTS = 5;
/** Processor time that the API may take to start, in starts of an empty function. */
const START_BUDGET = 9.5;
/** A dozen fresh processes, a few of them at work for seconds; on a machine that others use too. */
const TIMEOUT_MS = 600_000;

describe.skipIf(missing !== '')(`the deployed artefacts${missing}`, { timeout: TIMEOUT_MS }, () => {
  let deployment: LocalDeployment;
  /** What people were told. */
  let told: string[];
  /** What the functions have logged, by the state that called them. */
  let logs: Record<string, LambdaProcess['log']>;

  beforeAll(async () => {
    const settings = { 'pavio:sparkRows': `${SPARK_ROWS}` };
    deployment = await startDeployment(server as S3Server, { days: HISTORY_DAYS, settings });
  }, TIMEOUT_MS);
  afterAll(() => deployment.stop());

  /** Runs the state machine with the bundles as its functions. */
  function execute(
    input: unknown,
    { glueFailures = 0, oldest = [EXECUTION], before = {} }: ExecuteOptions = {},
  ): Promise<LocalRun> {
    told = [];
    logs = {};
    const times: Record<string, number> = {};
    let failures = glueFailures;
    const runs = [...oldest];
    const invoke = (state: string, name: string) => async (data: unknown) => {
      times[state] = (times[state] ?? 0) + 1;
      await before[state]?.(times[state]);
      const { result, log } = await invokeOnce(deployment.deployed(name), data);
      logs[state] = log;
      return result;
    };
    const notify = ({ Subject, Message }: { Subject: string; Message: string }) =>
      void told.push(`${Subject}: ${Message}`);
    const glue = ({ JobName }: { JobName: string }) => {
      if (failures-- > 0) throw Object.assign(new Error('an executor was lost'), { name: 'States.TaskFailed' });
      return { Id: 'jr_1', JobName, JobRunState: 'SUCCEEDED', ExecutionTime: 77 };
    };
    return runPipeline(deployment.definition, input, {
      ListRuns: () => ({ Executions: [{ ExecutionArn: runs.length > 1 ? runs.shift() : runs[0] }] }),
      MeasureStored: invoke('MeasureStored', 'features'),
      Features: invoke('Features', 'features'),
      Train: invoke('Train', 'train'),
      FeaturesOnGlue: glue,
      TrainOnGlue: glue,
      TellTrained: invoke('TellTrained', 'train'),
      NotifyTrained: notify,
      NotifyFailed: notify,
    });
  }

  /** Every file of the live release is there and has its hash; its version. */
  async function wholeRelease(): Promise<string> {
    const { registry } = deployment;
    const live = await registry.live();
    if (live === undefined) throw new Error('nothing is released');
    const { files } = await registry.load(live.manifest.version);
    expect(files.size).toBe(5);
    return live.manifest.version;
  }

  it('go from a scheduled event to a forecast, whatever fails on the way for a while', async () => {
    const { provider, proxy, services, pattern, deployed } = deployment;
    provider.fail('500', 'ok', 'rate-limit');
    proxy.plan({ kind: 'slowDown' }, { kind: 'cut' });
    const crawl = await invokeOnce(deployed('crawl'), {});
    expect(crawl.result).toMatchObject({
      status: 'completed',
      detail: { source: 'cryptocompare', assets: 3, missing: 0 },
    });
    expect(provider.requests.map(({ fault }) => fault)).toEqual(expect.arrayContaining(['500', 'rate-limit']));
    expect(proxy.left).toBe(0);
    const { detail: crawled } = crawl.result as { readonly detail: { readonly rows: number } };
    expect(emittedMetrics(crawl.log)).toEqual({
      'Pavio service=crawl CandlesStored Count': [crawled.rows],
      'Pavio service=crawl AssetsMissing Count': [0],
    });

    const [event] = services.events;
    expect(services.events).toHaveLength(1);
    expect(pattern.source).toContain(event?.source);
    expect(pattern['detail-type']).toContain(event?.['detail-type']);

    proxy.plan({ kind: 'cut' }, { kind: 'slowDown' }, { kind: 'cutBody' });
    const run = await execute(event?.detail, { oldest: [EARLIER, EXECUTION] });
    expect(run).toMatchObject({
      output: { stored: { assets: 3, rows: crawled.rows }, features: { assets: 3 }, train: { isNew: true } },
    });
    expect(proxy.left).toBe(0);
    // It waited until the earlier run was over.
    const steps = ['MeasureStored', 'Features', 'Train', 'NotifyTrained'];
    expect(run.visited).toEqual(['ListRuns', 'ListRuns', ...steps]);
    expect(told).toEqual([expect.stringMatching(/^Pavio: a run went well: Models \d{8}-\d{4,6}. Released: true/)]);
    const { features, train } = run.output as { features: { rows: number }; train: TrainOutcome };
    expect(emittedMetrics(logs['Features'] ?? [])).toEqual({
      'Pavio service=features FeatureRows Count': [features.rows],
    });
    expect(Object.values(train.skill)).toHaveLength(5);
    expect(emittedMetrics(logs['Train'] ?? [])).toEqual({
      'Pavio service=train TrainingSeconds Seconds': [train.seconds],
      'Pavio service=train Skill None': Object.values(train.skill),
    });

    const api = await startLambda(deployed('api'));
    try {
      const version = await wholeRelease();
      const answer = await ask(api, '/symbol/BTC');
      expect(answer).toMatchObject({ status: 200, body: { ativo: 'BTC', total_modelos: 5, source: 'cryptocompare' } });
      expect(answer.body).toMatchObject({ modelos: { regressor_rf: { versao: version } } });
      expect(await ask(api, '/prever/BTC')).toMatchObject({ status: 200 });
      expect(await ask(api, '/')).toMatchObject({ body: { docs: '/prod/docs' } });
      expect(await ask(api, '/symbol/NONE')).toMatchObject({
        status: 404,
        body: { type: '/prod/errors/unknown_symbol' },
      });
      expect(await ask(api, '/reload', { method: 'POST' })).toMatchObject({ status: 401 });
      const keyed = { method: 'POST', headers: { 'x-api-key': API_KEY } };
      expect(await ask(api, '/reload', keyed)).toMatchObject({ status: 200, body: { release: version } });
      expect(emittedMetrics(api.log)).toEqual({ 'Pavio service=api Predictions Count': [1, 1] });
    } finally {
      await api.stop();
    }
  });

  it('crawl again without doubling anything, and find nothing new to learn', async () => {
    const { result, log } = await invokeOnce(deployment.deployed('crawl'), {});
    expect(result).toMatchObject({ status: 'completed', detail: { added: 0 } });
    expect(emittedMetrics(log)['Pavio service=crawl ModelAgeDays None']).toHaveLength(1);
    const before = await wholeRelease();
    expect(await execute({})).toMatchObject({ output: { train: { isNew: false, version: before } } });
    expect(await wholeRelease()).toBe(before);
  });

  it('do a step again that could not reach the lake', async () => {
    const { proxy } = deployment;
    const before = await wholeRelease();
    // More than the SDK repeats of one request, so the step throws; the second time nothing is wrong.
    const left: number[] = [];
    const fail = (time: number) => {
      left.push(proxy.left);
      if (time === 1) proxy.plan(...Array.from({ length: ATTEMPTS }, () => ({ kind: 'slowDown' }) as const));
    };
    const run = await execute({}, { before: { MeasureStored: fail, Features: fail, Train: fail } });
    const twice = ['MeasureStored', 'MeasureStored', 'Features', 'Features', 'Train', 'Train'];
    expect(run.visited).toEqual(['ListRuns', ...twice, 'NotifyTrained']);
    expect(run).toMatchObject({ output: { train: { isNew: false, version: before } } });
    expect(left).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('end in an alarm when the training throws, and what is released stays whole', async () => {
    const before = await wholeRelease();
    const latest = 'features/cripto_features_latest.parquet';
    // Between the two steps: the feature step would have put it right.
    const damage = () => deployment.store.put(latest, new TextEncoder().encode('PAR1 this is no Parquet file PAR1'));
    const run = await execute({}, { before: { Train: damage } });
    // It would be the same again: nothing is repeated.
    expect(run.visited).toEqual(['ListRuns', 'MeasureStored', 'Features', 'Train', 'NotifyFailed']);
    expect(run).toMatchObject({ error: { cause: { name: 'bad_parquet' } } });
    expect(told).toEqual([expect.stringMatching(/^Pavio: a run failed: The run .*:this failed with bad_parquet/)]);
    expect(await wholeRelease()).toBe(before);
    await execute({});
  });

  it('send large data to Glue whoever starts them, repeat a run of it that failed twice, and tell what came of it', async () => {
    const { store } = deployment;
    for await (const { key } of store.list('raw/cryptocompare/1d/BTC-USD/')) {
      await store.put(key.replace('BTC', 'NEW'), (await store.get(key))!.body);
    }
    // By hand, as POST /train does.
    const run = await execute({}, { glueFailures: 2 });
    const glue = ['FeaturesOnGlue', 'FeaturesOnGlue', 'FeaturesOnGlue', 'TrainOnGlue', 'TellTrained'];
    expect(run.visited).toEqual(['ListRuns', 'MeasureStored', ...glue, 'NotifyTrained']);
    const version = await wholeRelease();
    expect(run).toMatchObject({ output: { train: { version, promoted: true, seconds: 77 } } });
    expect(told).toEqual([expect.stringContaining(`Models ${version}. Released: true.`)]);
    const { train } = run.output as { train: TrainOutcome };
    expect(emittedMetrics(logs['TellTrained'] ?? [])).toEqual({
      'Pavio service=features FeatureRows Count': [expect.any(Number)],
      'Pavio service=train TrainingSeconds Seconds': [77],
      'Pavio service=train Skill None': Object.values(train.skill),
    });
  });

  it('end in an alarm when Glue fails for good', async () => {
    const run = await execute({}, { glueFailures: 99 });
    const glue = Array.from({ length: 3 }, () => 'FeaturesOnGlue');
    expect(run.visited).toEqual(['ListRuns', 'MeasureStored', ...glue, 'NotifyFailed']);
    expect(run).toHaveProperty('error');
    expect(told).toEqual([expect.stringContaining('an executor was lost')]);
  });

  it('start the API with the released models in little time', async () => {
    const empty = mkdtempSync(path.join(tmpdir(), 'pavio-empty-'));
    writeFileSync(path.join(empty, 'index.mjs'), 'export const handler = () => undefined;');
    const starts: { ours: LambdaProcess['started']; nothing: LambdaProcess['started'] }[] = [];
    for (let turn = 0; turn < STARTS; turn++) {
      const api = await startLambda(deployment.deployed('api'));
      const nothing = await startLambda({ bundle: empty, env: {} });
      starts.push({ ours: api.started, nothing: nothing.started });
      await Promise.all([api.stop(), nothing.stop()]);
    }
    rmSync(empty, { recursive: true });
    const [ms, cpuMs] = [medianOf(starts.map(({ ours }) => ours.ms)), medianOf(starts.map(({ ours }) => ours.cpuMs))];
    const nothing = medianOf(starts.map(({ nothing }) => nothing.cpuMs));
    console.log(
      `API: ready after ${ms.toFixed(0)} ms (promised: 150 ms on a machine that does nothing else), ` +
        `${cpuMs.toFixed(0)} ms of the processor; an empty function takes ${nothing.toFixed(0)} ms of it.`,
    );
    // Processor time in units of this machine's: what the clock says is the other work of the machine as well.
    expect(cpuMs / nothing).toBeLessThan(START_BUDGET);
  });

  it('keep serving the last good release when a newer one is damaged', async () => {
    const { registry, store } = deployment;
    const before = await wholeRelease();
    const api = await startLambda(deployment.deployed('api'));
    try {
      const live = await registry.live();
      const { manifest, ...bodies } = await registry.load(before, { withTwins: true });
      const version = '20991231-2359';
      await registry.publish({ manifest: { ...manifest, version }, ...bodies });
      await registry.promote(version, live?.tag);
      await store.put(`models/${version}/regressor_rf.safetensors`, new TextEncoder().encode('cut off'));
      const keyed = { method: 'POST', headers: { 'x-api-key': API_KEY } };
      expect(await ask(api, '/reload', keyed)).toMatchObject({ status: 503, body: { code: 'bad_model' } });
      expect(await ask(api, '/symbol/ETH')).toMatchObject({
        status: 200,
        body: { modelos: { regressor_rf: { versao: before } } },
      });
    } finally {
      await api.stop();
    }
  });
});

interface TrainOutcome {
  readonly seconds: number;
  readonly skill: Readonly<Record<string, number>>;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** A request as API Gateway passes it on, and the answer that its client sees. */
async function ask(api: LambdaProcess, url: string, options?: Parameters<typeof apiEvent>[1]) {
  const answer = (await api.invoke(apiEvent(url, options))) as { readonly statusCode: number; readonly body: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, unknown> };
}
