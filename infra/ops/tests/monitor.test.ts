import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { runProgram } from '@pavio/cli';
import { fixedClock } from '@pavio/core';
import { CRAWL_SAID } from '@pavio/lambda';
import { openStore } from '@pavio/storage';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LogLine } from '../src/monitor/logs.ts';
import { createStacks, RUN, smallDeployment, topicOf, useAccount } from './account.ts';
import { ops } from './ops.ts';

const DAY = 86_400_000;
const folder = await mkdtemp(path.join(tmpdir(), 'pavio-monitor-'));
const lake = path.join(folder, 'data');
let version: string;

/** `pavio`, on the simulated market, over the lake of these tests. */
async function pavio(...words: string[]): Promise<string> {
  let stdout = '';
  const start = new Date(Date.now() - 400 * DAY).toISOString().slice(0, 10);
  const code = await runProgram([...words, '--lake', lake, '--source', 'simulated', '--json'], {
    env: { PAVIO_ASSETS: 'BTC,ETH', PAVIO_START: start, PAVIO_THREADS: '1', PAVIO_LOG_LEVEL: 'error' },
    folder,
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: () => undefined },
    signal: new AbortController().signal,
  });
  expect(code).toBe(0);
  return stdout;
}

beforeAll(async () => {
  version = JSON.parse(await pavio('run')).training.manifest.version;
  await pavio('predict', 'BTC');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npm run monitor --lake', () => {
  it('says how far candles, trainings, models and forecasts are', async () => {
    const { code, stdout } = await ops(['monitor', '--lake', lake], { env: {} });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Candles +simulated USD 1d: \d+ series, newest \d{4}-\d\d-\d\d, none is behind$/m);
    expect(stdout).toMatch(/^Training +\d{4}-\d\d-\d\d \d\d:\d\d.*: released\. First release\.$/m);
    expect(stdout).toMatch(new RegExp(`^Models +${version}, 0\\.0 days old, .*from SIMULATED candles$`, 'm'));
    expect(stdout).toMatch(/^ +regressor_lin +[-+]?\d+\.\d\d % {2}(no edge|beats naive|inconclusive)$/m);
    expect(stdout).toMatch(/^Forecasts +newest for .*: BTC; 1 assets have some$/m);
  });

  it('sees what is behind, and the age of the models, by the clock', async () => {
    const clock = fixedClock(Date.now() + 9 * DAY);
    const { stdout } = await ops(['monitor', '--lake', lake, '--json'], { env: {}, clock });
    const [candles] = JSON.parse(stdout).lake.candles;
    expect(candles.behind).toEqual(expect.arrayContaining(['BTC', 'ETH']));
    expect(candles.behind).toHaveLength(candles.series);
    expect(JSON.parse(stdout).lake.models.ageDays).toBeCloseTo(9, 1);
  });

  it('says so of an empty lake, and of damage', async () => {
    const nothing = path.join(folder, 'nothing');
    const nowhere = await ops(['monitor', '--lake', nothing], { env: {} });
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain(`There is no folder ${nothing}.\nCorrect --lake, or fill it first`);
    const file = await ops(['monitor', '--lake', import.meta.filename], { env: {} });
    expect(file.stderr).toContain(`There is no folder ${import.meta.filename}.`);
    await mkdir(nothing);
    const empty = await ops(['monitor', '--lake', nothing], { env: {} });
    expect(empty.code).toBe(0);
    expect(empty.stdout.replace(/ +/g, ' ')).toContain(
      'Candles none yet\nTraining none yet\nModels none live\nForecasts none yet',
    );
    const damaged = path.join(folder, 'damaged');
    await openStore(damaged).put('models/latest/manifest.json', Buffer.from('{'));
    const { code, stdout } = await ops(['monitor', '--lake', damaged], { env: {} });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Models +cannot be read: .*is not JSON/m);
  });

  it('looks again and again until it is stopped', async () => {
    const stop = new AbortController();
    let looks = 0;
    const clock = {
      now: () => {
        if (++looks >= 5) stop.abort();
        return Date.now();
      },
    };
    const { code, stdout } = await ops(['monitor', '--lake', lake, '--watch', '10ms'], {
      env: {},
      clock,
      signal: stop.signal,
    });
    expect(code).toBe(0);
    expect(stdout.match(/^Lake /gm)?.length ?? 0).toBeGreaterThan(1);
  });

  it('refuses a wait that is none', async () => {
    const { code, stderr } = await ops(['monitor', '--lake', lake, '--watch', 'often'], { env: {} });
    expect(code).toBe(2);
    expect(stderr).toContain('--watch often is not a duration.\nWrite it as 30s or 5m.');
  });
});

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

describe.skipIf(missing !== '')(`npm run monitor${missing}`, () => {
  const s3 = server as S3Server;
  const now = Date.now();
  const detail = {
    source: 'simulated',
    quote: 'USD',
    interval: '1d',
    assets: 2,
    rows: 800,
    added: 2,
    corrected: 0,
    missing: 0,
  };

  beforeAll(async () => {
    useAccount(s3.endpoint);
    await createStacks(smallDeployment('pavio'), 'pavio');
    await createStacks(smallDeployment('pavio-hourly'), 'pavio-hourly');
    const bucket = openStore('s3://pavio-lake', { endpoint: s3.endpoint, region: 'us-east-1' });
    const local = openStore(lake);
    for await (const { key } of local.list('')) {
      const object = await local.get(key);
      await bucket.put(key, object?.body ?? new Uint8Array());
    }
    await log('/aws/lambda/pavio-crawl', now - 3 * DAY, { level: 'info', ...detail, rows: 1, msg: CRAWL_SAID });
    await log('/aws/lambda/pavio-crawl', now - 60_000, { level: 'info', ...detail, msg: CRAWL_SAID });
    await log('/aws/lambda/pavio-train', now - 50_000, { level: 'error', msg: 'the market fell into the sea' });
    await log('/aws/lambda/pavio-api', now - 40_000, 'START RequestId: 1');
    await run();
    await alarm('pavio', 'run-failed', 'OK');
    await alarm('pavio', 'models-old', 'ALARM');
    await alarm('pavio-hourly', 'run-failed', 'ALARM');
  });
  afterAll(() => s3.stop());

  async function log(logGroupName: string, timestamp: number, line: object | string): Promise<void> {
    const client = new CloudWatchLogsClient({});
    const stream = { logGroupName, logStreamName: `stream-${timestamp}` };
    await client.send(new CreateLogStreamCommand(stream));
    const message = typeof line === 'string' ? line : JSON.stringify(line);
    await client.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp, message }] }));
    client.destroy();
  }

  async function alarm(deployment: string, name: string, state: 'OK' | 'ALARM'): Promise<void> {
    const client = new CloudWatchClient({});
    const AlarmName = `${deployment}-${name}`;
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName,
        AlarmDescription: `What ${name} means`,
        AlarmActions: [topicOf(deployment)],
        Namespace: 'Pavio',
        MetricName: 'Any',
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: state, StateReason: 'a test' }));
    client.destroy();
  }

  /**
   * A run that fails. The server executes runs only when that is asked for, and then it does not know the state machines
   * that CloudFormation made: they are made again, under the same names.
   */
  async function run(): Promise<void> {
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    expect((await fetch(`${s3.endpoint}/moto-api/config`, { method: 'POST', body })).status).toBe(201);
    const client = new SFNClient({});
    const machines = ['pavio', 'pavio-hourly'].map((name) =>
      client.send(
        new CreateStateMachineCommand({
          name: `${name}-pipeline`,
          definition: JSON.stringify(RUN),
          roleArn: 'arn:aws:iam::123456789012:role/pipeline',
        }),
      ),
    );
    const [machine] = await Promise.all(machines);
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine?.stateMachineArn, name: 'run' }),
    );
    const hasFailed = async () => {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
      expect(status).toBe('FAILED');
    };
    await vi.waitFor(hasFailed, { timeout: 120_000, interval: 100 });
    client.destroy();
  }

  it('says how the deployment and its lake are', async () => {
    const { code, stdout } = await ops(['monitor']);
    expect(code).toBe(0);
    expect(stdout).toContain('Deployment  pavio: 5 stacks, all as deployed');
    expect(stdout).toContain('API         https://api.example.com/prod/');
    expect(stdout).toContain('Dashboard   https://console.example.com/');
    expect(stdout).toMatch(/^Crawl +completed .*: assets 2, rows 800, added 2, corrected 0, missing 0$/m);
    expect(stdout).toMatch(/^Runs +FAILED .*not_enough_data: There are too few candles\.$/m);
    expect(stdout).toMatch(/^ALARM +pavio-models-old since .*: What models-old means$/m);
    expect(stdout).not.toContain('pavio-hourly');
    expect(stdout).toMatch(/pavio-train +error +the market fell into the sea\n.*pavio-api +START RequestId: 1/);
    expect(stdout).toContain('Lake        s3://pavio-lake');
    expect(stdout).toMatch(new RegExp(`^Models +${version}, `, 'm'));
  });

  it('gives one JSON document, with as many lines of the logs as are asked for', async () => {
    const { stdout } = await ops(['monitor', '--json', '--lines', '1']);
    const { cloud, lake: bucket } = JSON.parse(stdout);
    expect(cloud).toMatchObject({
      deployment: 'pavio',
      outputs: { BucketName: 'pavio-lake' },
      crawl: { detail },
      runs: [{ name: 'run', status: 'FAILED', error: 'not_enough_data: There are too few candles.' }],
      logs: [{ from: 'pavio-api', message: 'START RequestId: 1' }],
    });
    expect(cloud.alarms.map(({ name, state }: { name: string; state: string }) => [name, state]).sort()).toEqual([
      ['pavio-models-old', 'ALARM'],
      ['pavio-run-failed', 'OK'],
    ]);
    expect(bucket.models.version).toBe(version);
  });

  it('reads what the job on Spark prints, and of what Spark says itself the errors since the last run began', async () => {
    const spark = '/aws-glue/pavio-spark';
    const later = Date.now() + 1000;
    await log(`${spark}/output`, later, 'RuntimeError: node features ended with code 1\n  at line 117');
    await log(`${spark}/error`, now - DAY, '26/11/20 ERROR TaskSetManager: of the run before');
    await log(`${spark}/error`, later + 1, '26/11/21 INFO MemoryStore: cleared');
    await log(`${spark}/error`, later + 2, '26/11/21 ERROR TaskSetManager: Task 0 failed 4 times');
    const { stdout } = await ops(['monitor', '--json', '--lines', '4']);
    expect(JSON.parse(stdout).cloud.logs.map(({ from, message }: LogLine) => `${from} ${message}`)).toEqual([
      'pavio-train the market fell into the sea',
      'pavio-api START RequestId: 1',
      'pavio-spark/output RuntimeError: node features ended with code 1\n  at line 117',
      'pavio-spark/error 26/11/21 ERROR TaskSetManager: Task 0 failed 4 times',
    ]);
    const shown = (await ops(['monitor'])).stdout;
    expect(shown).toMatch(/pavio-spark\/output +RuntimeError: node features ended with code 1\n.*pavio-spark\/error/);
  });

  it('says so where hardly anything has happened yet', async () => {
    const { stdout } = await ops(['monitor', '--name', 'pavio-hourly', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      cloud: { crawl: null, runs: [], logs: [] },
      lake: { candles: [], models: null },
    });
  });

  it('says what to do where there is no deployment, or no AWS', async () => {
    const unknown = await ops(['monitor', '--name', 'pavio-daily', '--json']);
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stderr).error).toMatchObject({ code: 'not_found' });
    const before = process.env['AWS_ENDPOINT_URL'];
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
    const unreachable = await ops(['monitor']);
    process.env['AWS_ENDPOINT_URL'] = before;
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toContain('Could not look at the stack pavio-');
  });
});
