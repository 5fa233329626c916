// A whole deployment with the commands as a person types them: the CDK's own command bootstraps the account, publishes the
// assets and makes our five stacks by change sets, in moto_server (what that lacks is in programs/cloudformation.py).
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetBucketEncryptionCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { openStore } from '@pavio/storage';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useAccount } from './account.ts';
import { ops } from './ops.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const STACKS = ['data', 'crawler', 'pipeline', 'api', 'observability'].map((part) => `pavio-${part}`);
const ASSETS = 'cdk-hnb659fds-assets-123456789012-us-east-1';
/** Two deployments bundle and synthesize everything. */
const LONG = 600_000;

const server = await startS3Server(path.join(import.meta.dirname, 'programs/cloudformation.py'));
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

describe.skipIf(missing !== '')(`a deployment${missing}`, { timeout: LONG }, () => {
  const account = server as S3Server;
  let home: string;
  let formation: CloudFormationClient;
  let alarms: CloudWatchClient;
  let s3: S3Client;
  let bucket: string;

  beforeAll(async () => {
    useAccount(account.endpoint);
    // In the addresses of templates, which moto does not fetch but reads: it takes a path for bucket and key on this host only.
    process.env['AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION'] = 'http://s3.localhost';
    formation = new CloudFormationClient({});
    alarms = new CloudWatchClient({});
    s3 = new S3Client({ forcePathStyle: true });
    home = await mkdtemp(path.join(tmpdir(), 'pavio-bootstrap-'));
    const cdk = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
    await promisify(execFile)(process.execPath, [cdk, 'bootstrap', 'aws://123456789012/us-east-1'], { cwd: home });
  }, LONG);
  afterAll(async () => {
    for (const client of [formation, alarms, s3]) client.destroy();
    await account.stop();
    await rm(home, { recursive: true });
  });

  async function stacks() {
    const { Stacks = [] } = await formation.send(new DescribeStacksCommand({}));
    return Stacks.filter(({ StackName }) => StackName?.startsWith('pavio-'));
  }

  async function resources(stack: string): Promise<string[]> {
    const { StackResourceSummaries = [] } = await formation.send(new ListStackResourcesCommand({ StackName: stack }));
    return StackResourceSummaries.map(({ PhysicalResourceId = '' }) => PhysicalResourceId);
  }

  async function alarmNames(): Promise<string[]> {
    const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({}));
    return MetricAlarms.map(({ AlarmName = '' }) => AlarmName).sort();
  }

  /** What the command says on the way, and at the end. */
  async function deploy(typed?: string): Promise<string> {
    const { code, stdout, stderr } = await ops(['deploy'], typed === undefined ? {} : { typed });
    if (code !== 0) throw new Error(`It ended with ${code}: ${stdout}${stderr.slice(-4000)}`);
    return stderr + stdout;
  }

  it('is made by one command, which asks where it gives permissions, and says where everything is', async () => {
    const said = await deploy('yes\n');
    expect(said).toMatch(/IAM Statement Changes[^]*This changes who may do what.*Type yes to deploy it: /);
    expect((await stacks()).map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`).sort()).toEqual(
      STACKS.map((stack) => `${stack} CREATE_COMPLETE`).sort(),
    );
    [, bucket = ''] = /^Lake +(\S+)$/m.exec(said) ?? [];
    expect(await resources('pavio-data')).toContain(bucket);
    expect(said).toMatch(/^API +https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com\/prod\/$/m);
    expect(said).toMatch(/^Dashboard +https:\/\/us-east-1\.console\.aws\.amazon\.com\/cloudwatch/m);
    expect(said).toMatch(/put-secret-value --secret-id arn:aws:secretsmanager:us-east-1:123456789012:secret:\S+/);
    expect(await resources('pavio-crawler')).toContain('pavio-crawl');
    expect(await resources('pavio-pipeline')).toEqual(expect.arrayContaining(['pavio-features', 'pavio-train']));
    expect((await alarmNames()).length).toBeGreaterThan(10);
  });

  it('protects what cannot be made again', async () => {
    const encrypted = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    expect(encrypted.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    const held = (await stacks()).filter(({ EnableTerminationProtection }) => EnableTerminationProtection);
    expect(held.map(({ StackName }) => StackName)).toEqual(['pavio-data']);
  });

  it('has published what the functions and the Spark job are made of', async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: ASSETS }));
    const count = (ending: string) => Contents.filter(({ Key }) => Key?.endsWith(ending)).length;
    // Four functions; the templates; the driver and the bundle of Spark, and Node beside them.
    expect([count('.zip'), count('.json'), count('.py'), count('.mjs')]).toEqual([4, STACKS.length, 1, 1]);
    expect(Math.max(...Contents.map(({ Size = 0 }) => Size))).toBeGreaterThan(50_000_000);
  });

  it('is read by monitor, with the lake behind it', async () => {
    const { code, stdout } = await ops(['monitor']);
    expect(code).toBe(0);
    expect(stdout).toContain('Deployment  pavio: 5 stacks');
    expect(stdout).toContain(`Alarms      none of ${(await alarmNames()).length} is on`);
    expect(stdout).toContain(`Lake        s3://${bucket}`);
    expect(stdout).toContain('Models      none live');
  });

  it('is left as it is by the same command again, which has nothing to ask', async () => {
    const before = await stacks();
    const said = await deploy();
    expect(said).not.toContain('Type yes');
    expect(said.match(/✅ .*\(no changes\)/g)).toHaveLength(STACKS.length);
    expect(await stacks()).toEqual(before);
    expect(said).toContain(`${bucket}\n`);
  });

  it('is destroyed but for the data', async () => {
    await openStore(`s3://${bucket}`, { endpoint: account.endpoint }).put('raw/precious', Buffer.from('candles'));
    const { code, stdout } = await ops(['destroy', '--yes', 'pavio']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Kept: pavio-data, with the bucket ${bucket}.`);
    expect((await stacks()).map(({ StackName }) => StackName)).toEqual(['pavio-data']);
    expect(await alarmNames()).toEqual([]);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['raw/precious']);
  });
});
