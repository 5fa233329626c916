import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { loadSettings } from '@pavio/cdk';
import { METRICS } from '@pavio/lambda';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOOTSTRAP_VERSION, checkConcurrency } from '../src/account.ts';
import { deployAssembly, diffAssembly, type Plan, readPlan } from '../src/cdk.ts';
import { describeOutputs } from '../src/commands/deploy.ts';
import { billOf, FIXED, FREE_SERVICES } from '../src/cost/bill.ts';
import { demandOf, usageOf } from '../src/cost/usage.ts';
import { deployedStacks, outputsOf } from '../src/deployed.ts';
import { createStacks, signIn, signOut, smallDeployment, useAccount } from './account.ts';
import { ops } from './ops.ts';

const run = promisify(execFile);

/** Whoever wants to reach the network fails. */
const NOWHERE = { HTTPS_PROXY: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' };
/** Bundling and synthesis take seconds; on a machine that does other things too, a minute or two. */
const PATIENCE = 600_000;
const EVERYTHING = {
  'pavio:waf': 'true',
  'pavio:eks': 'true',
  'pavio:eksAdmin': 'arn:aws:iam::123456789012:role/platform',
  'pavio:name': 'pavio-all',
};

describe('npm run deploy -- --dry-run', () => {
  let plan: Plan & { readonly deployment: string };
  const has = (type: string) => plan.stacks.reduce((sum, { resources }) => sum + (resources[type] ?? 0), 0);

  beforeAll(async () => {
    const { PATH, HOME } = process.env;
    // No credentials and no profile.
    const nobody = { HOME, PATH, ...NOWHERE, AWS_EC2_METADATA_DISABLED: 'true' };
    const settings = Object.entries(EVERYTHING).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const { stdout, stderr } = await ops(['deploy', '--dry-run', '--json', ...settings], { env: nobody });
    if (stdout === '') throw new Error(stderr);
    plan = JSON.parse(stdout);
  }, PATIENCE);

  it('needs no account, and says which stacks there would be, each after those that it needs', () => {
    expect(plan.deployment).toBe('pavio-all');
    const stacks = plan.stacks.map(({ stack }) => stack);
    expect(stacks.toSorted()).toEqual(
      ['api', 'crawler', 'data', 'eks', 'observability', 'pipeline'].map((part) => `pavio-all-${part}`),
    );
    expect(stacks[0]).toBe('pavio-all-data');
    expect(stacks.indexOf('pavio-all-api')).toBeGreaterThan(stacks.indexOf('pavio-all-pipeline'));
    expect(plan.bootstrapVersion).toBeLessThanOrEqual(BOOTSTRAP_VERSION);
  });

  it('has no service that the bill does not know', () => {
    const settings = loadSettings({ context: EVERYTHING });
    const charged = [1, 10_000].flatMap((assets) => {
      const demand = demandOf(settings, { assets, interval: '1h' }, Date.now());
      return billOf(settings, demand, usageOf(settings, demand)).map(({ service }) => service);
    });
    const known = new Set([...charged, ...Object.keys(FREE_SERVICES)]);
    const used = new Set(
      plan.stacks.flatMap(({ resources }) => Object.keys(resources).map((type) => type.split('::')[1])),
    );
    expect([...used].filter((service) => !known.has(service ?? ''))).toEqual([]);
    expect(used.size).toBeGreaterThan(12);
  });

  it('has as much of what is charged by the piece as the bill takes as fixed', () => {
    expect(has('AWS::CloudWatch::Dashboard')).toBe(FIXED.dashboards);
    expect(has('AWS::SecretsManager::Secret')).toBe(FIXED.secrets);
    expect(has('AWS::KMS::Key')).toBe(FIXED.encryptionKeys);
    expect(Object.values(METRICS).flatMap((metrics) => Object.keys(metrics))).toHaveLength(FIXED.metrics);
    expect(has('AWS::WAFv2::WebACL')).toBe(1);
    // The alarm of failed runs adds up three metrics.
    expect(has('AWS::CloudWatch::Alarm') + 2).toBe(FIXED.alarmMetrics);
    expect(has('AWS::EC2::NatGateway')).toBe(1);
    expect(has('AWS::EKS::Cluster')).toBe(1);
  });
});

describe('npm run deploy', () => {
  it('names a wrong setting before it does anything', async () => {
    const { code, stderr } = await ops(['deploy', '-c', 'pavio:waf=maybe', '-c', 'pavio:wfa=true'], { env: {} });
    expect(code).toBe(2);
    expect(stderr).toContain('pavio:wfa is not a setting; pavio:waf must be true or false.');
    expect(stderr).toContain('infra/cdk/README.md lists them all.');
  });

  it('says what to do next, by the name of the deployment', () => {
    const outputs = {
      BucketName: 'lake',
      ApiUrl: 'https://api/',
      DashboardUrl: 'https://board/',
      ProviderKeyArn: 'arn:key',
    };
    const text = describeOutputs(outputs, 'pavio-hourly');
    expect(text).toMatch(/^Lake +lake\nAPI +https:\/\/api\/\nDashboard +https:\/\/board\/\n/);
    expect(text).toContain('put-secret-value --secret-id arn:key --secret-string KEY');
    expect(text).toContain('--function-name pavio-hourly-crawl');
    expect(text).toContain('npm run monitor -- --name pavio-hourly');
  });
});

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

describe.skipIf(missing !== '')(`npm run deploy, to an account${missing}`, () => {
  const s3 = server as S3Server;
  const client = () => new CloudFormationClient({});

  beforeAll(() => useAccount(s3.endpoint));
  afterAll(() => s3.stop());

  it('asks for credentials', async () => {
    signOut();
    const { code, stderr } = await ops(['deploy']);
    signIn();
    expect(code).toBe(2);
    expect(stderr).toContain('There are no credentials for AWS.\nSign in (aws sso login), or set AWS_PROFILE');
  });

  it('asks for a region', async () => {
    const { AWS_REGION, ...env } = process.env;
    delete process.env['AWS_REGION'];
    const { code, stderr } = await ops(['deploy'], { env });
    process.env['AWS_REGION'] = AWS_REGION;
    expect(code).toBe(2);
    expect(stderr).toContain('No AWS region is set.\nSet AWS_REGION');
  });

  it('asks for the bootstrap of the CDK, and for a newer one', async () => {
    const never = await ops(['deploy']);
    expect(never.code).toBe(2);
    expect(never.stderr).toContain(
      'Account 123456789012 is not prepared for the CDK in us-east-1.\nOnce for each account and region: npx cdk bootstrap aws://123456789012/us-east-1',
    );
    const parameters = new SSMClient({});
    const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '4', Type: 'String' } as const;
    await parameters.send(new PutParameterCommand(version));
    const old = await ops(['deploy']);
    expect(old.stderr).toContain('is prepared for an older CDK (4)');
    await parameters.send(new PutParameterCommand({ ...version, Value: String(BOOTSTRAP_VERSION), Overwrite: true }));
    parameters.destroy();
  });

  it('asks for a quota of Lambda that the crawler can have its own of', async () => {
    const quota = await startQuota();
    const account = { account: '123456789012', region: 'us-east-1', who: 'somebody' };
    const check = () => checkConcurrency(process.env, account, 'pavio');
    const { code, stderr } = await ops(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toContain('Account 123456789012 has 10 concurrent executions of Lambda to give in us-east-1');
    expect(stderr).toContain('or deploy with -c pavio:crawlReserved=false');
    quota.reserved = 1;
    await expect(check()).resolves.toBeUndefined();
    Object.assign(quota, { reserved: undefined, unreserved: 11 });
    await expect(check()).resolves.toBeUndefined();
    // Whoever may not ask is told by CloudFormation.
    quota.unreserved = undefined;
    await expect(check()).resolves.toBeUndefined();
    quota.close();
  });

  it('shows and deploys what was synthesized, with the command of the CDK itself', async () => {
    const out = await mkdtemp(path.join(tmpdir(), 'pavio-assembly-'));
    const artifact = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://123456789012/us-east-1',
      properties: { templateFile: 'Data.template.json', stackName: 'pavio-tiny-data' },
    };
    const template = smallDeployment('pavio-tiny')['data'];
    await writeFile(path.join(out, 'Data.template.json'), JSON.stringify(template));
    await writeFile(
      path.join(out, 'manifest.json'),
      JSON.stringify({ version: '36.0.0', artifacts: { Data: artifact } }),
    );
    expect(readPlan(out).stacks).toEqual([{ stack: 'pavio-tiny-data', resources: { 'AWS::S3::Bucket': 1 } }]);

    const lines: string[] = [];
    const options = {
      env: process.env,
      signal: new AbortController().signal,
      onLine: (line: string) => void lines.push(line),
    };
    expect(await diffAssembly(out, options)).toBe(false);
    expect(lines.join('\n')).toMatch(/\[\+\] .*AWS::S3::Bucket.* Lake/);
    await deployAssembly(out, options);
    const [data] = await deployedStacks(client(), 'pavio-tiny');
    expect(data).toMatchObject({ part: 'data', stack: 'pavio-tiny-data' });

    const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }];
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement } } };
    const wider = { ...template, Resources: { ...(template?.['Resources'] as object), Role: role } };
    await writeFile(path.join(out, 'Data.template.json'), JSON.stringify(wider));
    expect(await diffAssembly(out, options)).toBe(true);

    await writeFile(path.join(out, 'manifest.json'), '{');
    const failed = diffAssembly(out, { ...options, onLine: undefined });
    await expect(failed).rejects.toMatchObject({
      code: 'incomplete',
      message: expect.stringContaining('cdk diff ended'),
    });
    await rm(out, { recursive: true });
  });

  it('finds the outputs of what is deployed', async () => {
    await createStacks(smallDeployment('pavio'), 'pavio');
    const stacks = await deployedStacks(client(), 'pavio');
    expect(stacks.map(({ part, status }) => [part, status])).toEqual(
      ['data', 'crawler', 'pipeline', 'api', 'observability'].map((part) => [part, 'CREATE_COMPLETE']),
    );
    expect(outputsOf(stacks)).toMatchObject({
      BucketName: 'pavio-lake',
      ApiUrl: 'https://api.example.com/prod/',
      DashboardUrl: 'https://console.example.com/',
    });
    expect(await deployedStacks(client(), 'pavio-other')).toEqual([]);
  });
});

interface Quota {
  /** What the account has to give; undefined: nobody may ask. */
  unreserved: number | undefined;
  /** What the crawler has; undefined: there is none. */
  reserved: number | undefined;
  close(): void;
}

/** What Lambda answers about quotas, in its own form: moto does not know these two questions. */
async function startQuota(): Promise<Quota> {
  const quota: Quota = { unreserved: 10, reserved: undefined, close: () => undefined };
  const answers = (): Record<string, object | undefined> => ({
    '/2016-08-19/account-settings':
      quota.unreserved === undefined
        ? undefined
        : {
            AccountLimit: { UnreservedConcurrentExecutions: quota.unreserved },
          },
    '/2019-09-30/functions/pavio-crawl/concurrency':
      quota.reserved === undefined ? undefined : { ReservedConcurrentExecutions: quota.reserved },
  });
  const server = createServer(({ url = '' }, response) => {
    const answer = answers()[url];
    response.writeHead(answer === undefined ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  process.env['AWS_ENDPOINT_URL_LAMBDA'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  quota.close = () => {
    delete process.env['AWS_ENDPOINT_URL_LAMBDA'];
    server.close();
    server.closeAllConnections();
  };
  return quota;
}

it('is a file in scripts/ for each, which says what it does', async () => {
  const commands = ['deploy', 'destroy', 'monitor', 'cost'];
  const scripts = path.resolve(import.meta.dirname, '../../../scripts');
  const said = commands.map((name) => run(process.execPath, [path.join(scripts, `${name}.ts`), '--help']));
  for (const [index, { stdout }] of (await Promise.all(said)).entries()) {
    expect(stdout).toContain(`Usage: npm run ${commands[index]} -- [options]`);
    expect(stdout).toContain('--json');
  }
});
