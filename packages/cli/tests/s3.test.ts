import { startS3Server } from '@pavio/storage/testing';
import { expect, it } from 'vitest';
import { emptyFolder, SMALL, startPavio } from './pavio.ts';

const server = await startS3Server();
const why = 'unavailable' in server ? ` (skipped: ${server.unavailable})` : '';

it.skipIf('unavailable' in server)(`works in a bucket as in a folder${why}`, async ({ onTestFinished }) => {
  if ('unavailable' in server) return;
  onTestFinished(() => server.stop());
  await server.createBucket('candles');
  const cwd = await emptyFolder();
  const env = {
    ...SMALL,
    PAVIO_SOURCE: 'simulated',
    BUCKET_NAME: 'candles',
    PAVIO_S3_ENDPOINT: server.endpoint,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  };
  const run = await startPavio(['run', '--json'], { cwd, env }).ended;
  expect(run.code).toBe(0);
  const { version } = JSON.parse(run.stdout).training.manifest;
  const again = await startPavio(['run', '--json'], { cwd, env }).ended;
  expect(JSON.parse(again.stdout)).toMatchObject({ crawl: { totals: { inserted: 0 } }, training: { isNew: false } });
  const forecast = await startPavio(['predict', 'ETH', '--json'], { cwd, env }).ended;
  expect(JSON.parse(forecast.stdout)).toMatchObject({ symbol: 'ETH', version });
  const missing = await startPavio(['predict', 'ETH'], { cwd, env: { ...env, BUCKET_NAME: 'no-such-bucket' } }).ended;
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no-such-bucket') });
});
