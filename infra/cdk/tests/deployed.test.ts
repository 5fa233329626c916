// The deployed artefacts run: bundles from cdk.out in fresh Node processes with the environment that their template gives them,
// against a real S3 server and a provider on loopback, through the state machine that was rendered. What stands in for AWS:
// moto_server (S3, Secrets Manager), a listener for EventBridge and Lambda's control plane, and the handlers of Glue and SNS.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ModelRegistry, ObjectStore } from '@pavio/core';
import {
  type AwsServices,
  apiEvent,
  invokeOnce,
  type LambdaProcess,
  startAwsServices,
  startLambda,
} from '@pavio/lambda/testing';
import { type Provider, startProvider } from '@pavio/market/testing';
import { lakeModelRegistry, openStore } from '@pavio/storage';
import { type FaultProxy, type S3Server, startFaultProxy, startS3Server } from '@pavio/storage/testing';
import { StateMachine } from 'aws-local-stepfunctions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildArtefacts, createDeployment, stateMachineDefinition } from '../src/index.ts';
import { type DeployedFunction, deployedFunctions, eventPattern } from './deployed-functions.ts';
import { CDK_JSON } from './deployment.ts';

const BUCKET = 'deployed-lake';
const PROVIDER_KEY = 'provider-key';
const API_KEY = 'a key of forty characters, or nearly so';
const DAY = 86_400_000;
/** Enough for features and a small walk-forward. */
const HISTORY_DAYS = 420;
const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:pavio-pipeline:this';
const EARLIER = EXECUTION.replace('this', 'earlier');

interface ExecuteOptions {
  /** Runs of Glue that fail before one succeeds. */
  readonly glueFailures?: number;
  /** What `ListRuns` finds to be the oldest running execution, look by look. */
  readonly oldest?: readonly string[];
  readonly beforeTrain?: () => Promise<unknown>;
}

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

const STARTS = 5;
/** Processor time that the API may take to start, in starts of an empty function. */
const START_BUDGET = 5.5;
/** A dozen fresh processes, a few of them at work for seconds; on a machine that others use too. */
const TIMEOUT_MS = 300_000;

describe.skipIf(missing !== '')(`the deployed artefacts${missing}`, { timeout: TIMEOUT_MS }, () => {
  const s3 = server as S3Server;
  const out = mkdtempSync(path.join(tmpdir(), 'pavio-deployed-'));
  let provider: Provider;
  let proxy: FaultProxy;
  let services: AwsServices;
  let functions: Readonly<Record<string, DeployedFunction>>;
  let pattern: { readonly source: string[]; readonly 'detail-type': string[] };
  let definition: Record<string, unknown>;
  let store: ObjectStore;
  let registry: ModelRegistry;
  /** What people were told. */
  let told: string[];

  beforeAll(async () => {
    await s3.createBucket(BUCKET);
    [provider, proxy, services] = await Promise.all([
      startProvider({ apiKey: PROVIDER_KEY, ranking: ['BTC', 'USDT', 'ETH', 'SOL'] }),
      startFaultProxy(s3.endpoint),
      startAwsServices(),
    ]);
    const start = new Date(Date.now() - HISTORY_DAYS * DAY).toISOString().slice(0, 10);
    const context = {
      ...CDK_JSON.context,
      'pavio:start': start,
      'pavio:cryptocompareBaseUrl': provider.url,
      'pavio:sparkRows': '1000000',
    };
    const { bundles } = await buildArtefacts(path.join(out, 'bundles'));
    const script = path.join(out, 'driver.py');
    writeFileSync(script, '# stands for the Spark driver: Glue is not run here');
    const outdir = path.join(out, 'cdk.out');
    const artefacts = { bundles, spark: { script, shipped: { node: script } } };
    createDeployment({ artefacts, appProps: { context, outdir } }).app.synth();
    functions = deployedFunctions(outdir);
    pattern = eventPattern(outdir, 'Pipeline') as typeof pattern;
    definition = stateMachineDefinition(functions['train']!.template);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const secrets = new SecretsManagerClient({ endpoint: s3.endpoint, region: 'us-east-1', credentials });
    for (const [Name, SecretString] of Object.entries({ provider: PROVIDER_KEY, api: API_KEY })) {
      await secrets.send(new CreateSecretCommand({ Name, SecretString }));
    }
    secrets.destroy();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    store = openStore(`s3://${BUCKET}`, { endpoint: s3.endpoint, region: 'us-east-1' });
    registry = lakeModelRegistry(store);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([provider.close(), proxy.stop(), services.stop(), s3.stop()]);
    rmSync(out, { recursive: true, force: true });
  });

  /** A function as its template describes it; values that only a deployment knows are those of this test. */
  function deployed(name: string) {
    const { bundle, environment } = functions[name]!;
    const known: Record<string, string> = {
      BUCKET_NAME: BUCKET,
      CRYPTOCOMPARE_SECRET_ARN: 'provider',
      PAVIO_API_KEY_SECRET_ARN: 'api',
    };
    const env = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [
        variable,
        typeof value === 'string' ? value : (known[variable] ?? `no value for ${variable}`),
      ]),
    );
    return {
      bundle,
      env: {
        ...env,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_ENDPOINT_URL: proxy.endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: s3.endpoint,
        AWS_ENDPOINT_URL_EVENTBRIDGE: services.endpoint,
        AWS_ENDPOINT_URL_LAMBDA: services.endpoint,
      },
    };
  }

  /** Runs the state machine with the bundles as its functions and retries without pauses. */
  async function execute(
    input: unknown,
    { glueFailures = 0, oldest = [EXECUTION], beforeTrain = async () => {} }: ExecuteOptions = {},
  ) {
    told = [];
    const visited: string[] = [];
    let failures = glueFailures;
    const runs = [...oldest];
    const visit =
      (state: string, work: (state: unknown) => unknown) =>
      async (data: unknown): Promise<unknown> => {
        visited.push(state);
        return work(data);
      };
    const notify = ({ Subject, Message }: { Subject: string; Message: string }) =>
      void told.push(`${Subject}: ${Message}`);
    const glue = ({ JobName }: { JobName: string }) => {
      if (failures-- > 0) throw Object.assign(new Error('an executor was lost'), { name: 'States.TaskFailed' });
      return { Id: 'jr_1', JobName, JobRunState: 'SUCCEEDED' };
    };
    const handlers: Record<string, (data: never) => unknown> = {
      ListRuns: () => ({ Executions: [{ ExecutionArn: runs.length > 1 ? runs.shift() : runs[0] }] }),
      Features: async (data) => (await invokeOnce(deployed('features'), data)).result,
      Train: async (data) => {
        await beforeTrain();
        return (await invokeOnce(deployed('train'), data)).result;
      },
      FeaturesOnGlue: glue,
      TrainOnGlue: glue,
      NotifyTrained: notify,
      NotifyTrainedOnGlue: notify,
      NotifyFailed: notify,
    };
    const states = Object.keys(handlers);
    const machine = new StateMachine(definition as never);
    const execution = machine.run(input as never, {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(
          states.map((state) => [state, visit(state, handlers[state] as (data: unknown) => unknown)]),
        ) as never,
        waitTimeOverrides: { WaitForTurn: 0 },
        retryIntervalOverrides: Object.fromEntries(states.map((state) => [state, 0])),
      },
      context: {
        Execution: { Id: EXECUTION },
        StateMachine: { Id: 'arn:aws:states:us-east-1:123456789012:stateMachine:p' },
      },
    });
    const outcome = await execution.result.then(
      (output) => ({ output: output as Record<string, unknown> }),
      (error: Error) => ({ error }),
    );
    return { ...outcome, visited };
  }

  /** Every file of the live release is there and has its hash; its version. */
  async function wholeRelease(): Promise<string> {
    const live = await registry.live();
    if (live === undefined) throw new Error('nothing is released');
    const { files } = await registry.load(live.manifest.version);
    expect(files.size).toBe(5);
    return live.manifest.version;
  }

  it('go from a scheduled event to a forecast, whatever fails on the way for a while', async () => {
    provider.fail('500', 'ok', 'rate-limit');
    proxy.plan({ kind: 'slowDown' }, { kind: 'cut' });
    const crawl = await invokeOnce(deployed('crawl'), {});
    expect(crawl.result).toMatchObject({
      status: 'completed',
      detail: { source: 'cryptocompare', assets: 3, missing: 0 },
    });
    expect(provider.requests.map(({ fault }) => fault)).toEqual(expect.arrayContaining(['500', 'rate-limit']));
    expect(crawl.log).toContainEqual(expect.objectContaining({ CandlesStored: expect.any(Number), AssetsMissing: 0 }));

    const [event] = services.events;
    expect(services.events).toHaveLength(1);
    expect(pattern.source).toContain(event?.source);
    expect(pattern['detail-type']).toContain(event?.['detail-type']);

    proxy.plan({ kind: 'cut' }, { kind: 'slowDown' }, { kind: 'cutBody' });
    const run = await execute(event?.detail, { oldest: [EARLIER, EXECUTION] });
    expect(run).toMatchObject({ output: { features: { assets: 3 }, train: { isNew: true, promoted: true } } });
    // It waited until the earlier run was over.
    expect(run.visited).toEqual(['ListRuns', 'ListRuns', 'Features', 'Train', 'NotifyTrained']);
    expect(told).toEqual([expect.stringMatching(/^Pavio: a run went well: Models \d{8}-\d{4,6}. Released: true/)]);

    const api = await startLambda(deployed('api'));
    try {
      const version = await wholeRelease();
      const answer = await ask(api, '/symbol/BTC');
      expect(answer).toMatchObject({ status: 200, body: { ativo: 'BTC', total_modelos: 5, source: 'cryptocompare' } });
      expect(answer.body).toMatchObject({ modelos: { regressor_rf: { versao: version } } });
      expect(await ask(api, '/')).toMatchObject({ body: { docs: '/prod/docs' } });
      expect(await ask(api, '/symbol/NONE')).toMatchObject({
        status: 404,
        body: { type: '/prod/errors/unknown_symbol' },
      });
      expect(await ask(api, '/reload', { method: 'POST' })).toMatchObject({ status: 401 });
      const keyed = { method: 'POST', headers: { 'x-api-key': API_KEY } };
      expect(await ask(api, '/reload', keyed)).toMatchObject({ status: 200, body: { release: version } });
    } finally {
      await api.stop();
    }
  });

  it('crawl again without doubling anything, and find nothing new to learn', async () => {
    const { result, log } = await invokeOnce(deployed('crawl'), {});
    expect(result).toMatchObject({ status: 'completed', detail: { added: 0 } });
    expect(log).toContainEqual(expect.objectContaining({ service: 'crawl', ModelAgeDays: expect.any(Number) }));
    const before = await wholeRelease();
    expect(await execute({})).toMatchObject({ output: { train: { isNew: false, version: before } } });
    expect(await wholeRelease()).toBe(before);
  });

  it('send large data to Glue, and repeat a run of it that failed twice', async () => {
    const run = await execute({ rows: 2_000_000 }, { glueFailures: 2 });
    const glue = ['FeaturesOnGlue', 'FeaturesOnGlue', 'FeaturesOnGlue', 'TrainOnGlue'];
    expect(run.visited).toEqual(['ListRuns', ...glue, 'NotifyTrainedOnGlue']);
    expect(run).toHaveProperty('output');
  });

  it('end in an alarm when Glue fails for good', async () => {
    const run = await execute({ rows: 2_000_000 }, { glueFailures: 99 });
    expect(run.visited).toEqual(['ListRuns', ...Array.from({ length: 3 }, () => 'FeaturesOnGlue'), 'NotifyFailed']);
    expect(run).toHaveProperty('error');
    expect(told).toEqual([expect.stringContaining('an executor was lost')]);
  });

  it('end in an alarm when the training throws, and what is released stays whole', async () => {
    const before = await wholeRelease();
    const latest = 'features/cripto_features_latest.parquet';
    // Between the two steps: the feature step would have put it right.
    const beforeTrain = () => store.put(latest, new TextEncoder().encode('PAR1 this is no Parquet file PAR1'));
    const run = await execute({}, { beforeTrain });
    expect(run.visited).toEqual(['ListRuns', 'Features', 'Train', 'NotifyFailed']);
    expect(run).toMatchObject({ error: { cause: { name: 'bad_parquet' } } });
    expect(told).toEqual([expect.stringMatching(/^Pavio: a run failed: The run .*:this failed with bad_parquet/)]);
    expect(await wholeRelease()).toBe(before);
  });

  it('start the API with the released models in little time', async () => {
    const empty = path.join(out, 'empty');
    mkdirSync(empty);
    writeFileSync(path.join(empty, 'index.mjs'), 'export const handler = () => undefined;');
    const starts: { ours: LambdaProcess['started']; nothing: LambdaProcess['started'] }[] = [];
    for (let turn = 0; turn < STARTS; turn++) {
      const [api, nothing] = [await startLambda(deployed('api')), await startLambda({ bundle: empty, env: {} })];
      starts.push({ ours: api.started, nothing: nothing.started });
      await Promise.all([api.stop(), nothing.stop()]);
    }
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
    const before = await wholeRelease();
    const api = await startLambda(deployed('api'));
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

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** A request as API Gateway passes it on, and the answer that its client sees. */
async function ask(api: LambdaProcess, url: string, options?: Parameters<typeof apiEvent>[1]) {
  const answer = (await api.invoke(apiEvent(url, options))) as { readonly statusCode: number; readonly body: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, unknown> };
}
