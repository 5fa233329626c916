// The crawler's bundle in fresh processes: what it does when the time is short, when the provider refuses, when nobody ranks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Provider, type ProviderOptions, startProvider } from '@pavio/market/testing';
import { lakeCandleStore, openStore } from '@pavio/storage';
import { type S3Server, startS3Server } from '@pavio/storage/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MOST_PARTS } from '../src/continuation.ts';
import { bundleFunctions } from '../src/index.ts';
import { type AwsServices, invokeOnce, noon, startAwsServices } from '../testing/index.ts';

const DAY = 86_400_000;

const server = await startS3Server();
const missing = 'unavailable' in server ? ` (SKIPPED: ${server.unavailable})` : '';

describe.skipIf(missing !== '')(`the crawler${missing}`, () => {
  const s3 = server as S3Server;
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-crawl-'));
  let bundle: string;
  let services: AwsServices;
  let provider: Provider;
  let bucket: string;
  let buckets = 0;

  beforeAll(async () => {
    const [crawl] = await bundleFunctions(folder, ['crawl']);
    bundle = crawl?.folder ?? '';
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  });
  afterAll(async () => {
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    bucket = `crawl-${buckets++}`;
    await s3.createBucket(bucket);
    services = await startAwsServices();
  });
  afterEach(async () => {
    await Promise.all([provider.close(), services.stop()]);
  });

  async function crawl(event: unknown, env: Record<string, string> = {}, remainingMs?: number) {
    const base = {
      BUCKET_NAME: bucket,
      PAVIO_SOURCE: 'cryptocompare',
      PAVIO_START: new Date(noon.now() - 30 * DAY).toISOString().slice(0, 10),
      CRYPTOCOMPARE_BASE_URL: provider.url,
      AWS_LAMBDA_FUNCTION_NAME: 'pavio-crawl',
      AWS_ENDPOINT_URL: s3.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: services.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: services.endpoint,
    };
    return invokeOnce({ bundle, env: { ...base, ...env } }, event, remainingMs);
  }

  async function provide(options: ProviderOptions = {}): Promise<void> {
    provider = await startProvider({ clock: noon, ...options });
  }

  function stored(): Promise<string[]> {
    const store = openStore(`s3://${bucket}`, { endpoint: s3.endpoint, region: 'us-east-1' });
    return lakeCandleStore(store)
      .list()
      .then((keys) => keys.map(({ symbol }) => symbol));
  }

  it('takes the largest assets where none are chosen, and says once that it has them', async () => {
    await provide({ ranking: ['ETH', 'USDT', 'BTC'] });
    const { result, log } = await crawl({});
    expect(result).toMatchObject({ status: 'completed', detail: { assets: 2, added: 60, missing: 0, rows: 60 } });
    expect(await stored()).toEqual(['BTC', 'ETH']);
    expect(services.events).toEqual([
      {
        source: 'pavio',
        'detail-type': 'CrawlCompleted',
        detail: expect.objectContaining({ source: 'cryptocompare', quote: 'USD', interval: '1d', rows: 60, assets: 2 }),
      },
    ]);
    expect(log).toContainEqual(expect.objectContaining({ service: 'crawl', CandlesStored: 60, AssetsMissing: 0 }));
  });

  it('takes the default assets where there is no ranking, and says so loudly', async () => {
    await provide({ ranking: [] });
    const { result, log } = await crawl({});
    expect(result).toMatchObject({ status: 'completed', detail: { assets: 20 } });
    expect(log).toContainEqual(expect.objectContaining({ level: 'error', msg: expect.stringContaining('default') }));
  });

  it('stops when the time is short and goes on in the next invocation, until all is there', async () => {
    let isSlow = true;
    await provide({ faults: ({ query }) => (isSlow && query['fsym'] === 'LTC' ? 'timeout' : undefined) });
    const env = { PAVIO_ASSETS: 'BTC,ETH,SOL,XRP,ADA,LTC', PAVIO_LOG_LEVEL: 'debug' };
    const first = await crawl({}, env, 3500);
    expect(first.result).toEqual({ status: 'continues', part: 1 });
    expect(services.events).toEqual([]);
    expect(services.invocations).toEqual([
      {
        functionName: 'pavio-crawl',
        type: 'Event',
        event: { continue: expect.objectContaining({ part: 2, assets: env.PAVIO_ASSETS.split(',') }) },
      },
    ]);
    isSlow = false;
    const last = await crawl(services.invocations[0]?.event, env);
    // What the first part got counts too.
    expect(last.result).toMatchObject({ status: 'completed', detail: { assets: 6, added: 180, missing: 0 } });
    expect(services.events).toHaveLength(1);
    expect(services.invocations).toHaveLength(1);
  });

  it('does not go on for ever', async () => {
    await provide({ latencyMs: 5000 });
    const event = { continue: { part: MOST_PARTS, assets: ['BTC'], added: 1, corrected: 0 } };
    await expect(crawl(event, {}, 2500)).rejects.toMatchObject({ name: 'incomplete' });
    expect(services.invocations).toEqual([]);
    expect(services.events).toEqual([]);
  });

  it('tells of what it got where a part is missing', async () => {
    await provide({ faults: ({ query }) => (query['fsym'] === 'ETH' ? 'not-found' : undefined) });
    const { result, log } = await crawl({}, { PAVIO_ASSETS: 'BTC,ETH' });
    expect(result).toMatchObject({ status: 'completed', detail: { assets: 1, missing: 1 } });
    expect(log).toContainEqual(expect.objectContaining({ level: 'error', code: 'incomplete' }));
    expect(log).toContainEqual(expect.objectContaining({ AssetsMissing: 1 }));
  });

  it('throws where it got nothing, and starts no pipeline', async () => {
    await provide({ apiKey: 'the key that is asked for' });
    await expect(crawl({}, { PAVIO_ASSETS: 'BTC,ETH' })).rejects.toMatchObject({
      name: 'incomplete',
      message: expect.stringContaining('refused the key'),
    });
    expect(services.events).toEqual([]);
  });

  it('throws where the event is not taken: candles that nobody learns from would be no news', async () => {
    await provide();
    services.refuseEvents(1);
    await expect(crawl({}, { PAVIO_ASSETS: 'BTC' })).rejects.toThrow(/EventBridge did not take CrawlCompleted/);
    // Called again, as Lambda does, it finds all there and says it.
    expect((await crawl({}, { PAVIO_ASSETS: 'BTC' })).result).toMatchObject({
      status: 'completed',
      detail: { added: 0 },
    });
    expect(services.events).toHaveLength(1);
  });

  it('says what is wrong with its settings', async () => {
    await provide();
    await expect(crawl({}, { PAVIO_INTERVAL: '7h' })).rejects.toThrow(/interval \(PAVIO_INTERVAL\)/);
    await expect(crawl({}, { CRYPTOCOMPARE_SECRET_ARN: 'no-such-secret' })).rejects.toMatchObject({
      name: 'bad_config',
      message: expect.stringContaining('no-such-secret'),
    });
  });
});
