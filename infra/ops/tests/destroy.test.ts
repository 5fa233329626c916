import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStacks, signIn, signOut, smallDeployment, useAccount } from './account.ts';
import { ops } from './ops.ts';

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

describe.skipIf(missing !== '')(`npm run destroy${missing}`, () => {
  const s3 = server as S3Server;

  beforeAll(async () => {
    useAccount(s3.endpoint);
    await createStacks(smallDeployment('pavio'), 'pavio');
    await createStacks(smallDeployment('pavio-hourly'), 'pavio-hourly');
  });
  afterAll(() => s3.stop());

  async function stacks(): Promise<string[]> {
    const client = new CloudFormationClient({});
    const { StackSummaries = [] } = await client.send(new ListStacksCommand({}));
    client.destroy();
    return StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(
      ({ StackName = '' }) => StackName,
    );
  }

  it('deletes nothing before the name is given in so many letters', async () => {
    const before = await stacks();
    expect(before).toHaveLength(10);
    const refused = [
      [await ops(['destroy']), 'Nobody can be asked here: nothing was deleted.\nSay --yes pavio.'],
      [await ops(['destroy', '--yes', 'pavio-hourly']), '"pavio-hourly" is not the name of the deployment'],
      [await ops(['destroy'], { typed: 'yes\n' }), '"yes" is not "pavio": nothing was deleted.'],
      [await ops(['destroy'], { typed: '\n' }), '"" is not "pavio"'],
      [await ops(['destroy'], { typed: '' }), '"" is not "pavio"'],
    ] as const;
    for (const [{ code, stderr }, reason] of refused) {
      expect(stderr).toContain(reason);
      expect(code).toBe(2);
    }
    expect(await stacks()).toEqual(before);
  });

  it('says which account it would be, and that there is nobody without credentials', async () => {
    expect((await ops(['destroy'])).stderr).toContain(
      'In account 123456789012, us-east-1, these stacks will be deleted: pavio-observability, pavio-api, pavio-pipeline, pavio-crawler.',
    );
    signOut();
    const { code, stderr } = await ops(['destroy', '--yes', 'pavio']);
    signIn();
    expect(code).toBe(2);
    expect(stderr).toContain('There are no credentials for AWS.\nSign in (aws sso login)');
  });

  it('deletes what can be made again, and keeps the data and other deployments', async () => {
    const { code, stdout } = await ops(['destroy'], { typed: 'pavio\n' });
    expect(code).toBe(0);
    expect(stdout).toContain('Deleted: pavio-observability, pavio-api, pavio-pipeline, pavio-crawler.');
    expect(stdout).toContain('Kept: pavio-data, with the bucket pavio-lake.');
    expect(stdout).toContain('aws cloudformation delete-stack --stack-name pavio-data');
    const left = await stacks();
    expect(left.filter((stack) => !stack.startsWith('pavio-hourly'))).toEqual(['pavio-data']);
    expect(left).toHaveLength(6);
    const client = new S3Client({ forcePathStyle: true });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'pavio-lake' }))).resolves.toBeDefined();
    client.destroy();
  });

  it('does nothing the second time', async () => {
    const { code, stdout } = await ops(['destroy', '--json', '--yes', 'pavio']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      deleted: [],
      kept: 'pavio-data',
      outputs: { BucketName: 'pavio-lake' },
    });
  });

  it('knows where there is no such deployment', async () => {
    const { code, stderr } = await ops(['destroy', '--name', 'pavio-daily', '--yes', 'pavio-daily']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no deployment "pavio-daily" in us-east-1.');
  });
});
