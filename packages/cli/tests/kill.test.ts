import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertSeries, intervalMs, seriesLength } from '@pavio/core';
import { loadRelease } from '@pavio/estimators';
import { startProvider } from '@pavio/market/testing';
import { folderStore, lakeCandleStore, lakeFeatureStore, lakeModelRegistry } from '@pavio/storage';
import { expect, it, onTestFinished } from 'vitest';
import { clock, daysAgo, emptyFolder, startPavio } from './pavio.ts';

const KILLS = 50;
/** Two at a time: the machine is to be busy, not choked. */
const SIDE_BY_SIDE = 2;
const ASSETS = ['BTC', 'ETH'];
const BITCOIN = 'data/raw/cryptocompare/1d/BTC-USD';

/**
 * Reads everything that is stored as its readers do: every candle file is whole and ordered, the newest features are
 * whole, what is live can be loaded and gives its own predictions.
 */
async function readLake(lake: string) {
  const store = folderStore(lake);
  const candles = lakeCandleStore(store);
  const stored: Record<string, number> = {};
  for (const key of await candles.list()) {
    const series = await candles.read(key);
    assertSeries(series, intervalMs(key.interval));
    stored[key.symbol] = seriesLength(series);
  }
  const features = await lakeFeatureStore(store).latest();
  const registry = lakeModelRegistry(store);
  const live = await registry.live();
  if (live !== undefined) loadRelease(await registry.load(live.manifest.version));
  for (const { version } of await registry.versions()) loadRelease(await registry.load(version));
  return { stored, featureRows: features?.time.length, live: live?.manifest };
}

it(`survives kill -9 at ${KILLS} random instants of crawl, features and training`, { timeout: 1_800_000 }, async () => {
  // Each answer takes a moment, so that kills meet the crawl as well.
  const provider = await startProvider({ clock, latencyMs: 60 });
  onTestFinished(() => provider.close());
  const env = {
    CRYPTOCOMPARE_BASE_URL: provider.url,
    CRYPTOCOMPARE_API_KEY: 'any-key',
    PAVIO_ASSETS: ASSETS.join(','),
    PAVIO_THREADS: '1',
  };
  const start = daysAgo(400);
  const run = (cwd: string, since: string) => startPavio(['run', '--start', since], { cwd, env });

  // What a run that nobody disturbs gives, how long it takes; and a lake with a release, from fewer candles.
  const reference = await emptyFolder();
  const began = performance.now();
  expect(await run(reference, start).ended).toMatchObject({ code: 0 });
  const duration = performance.now() - began;
  const expected = await readLake(path.join(reference, 'data'));
  const base = await emptyFolder();
  expect(await run(base, daysAgo(250)).ended).toMatchObject({ code: 0 });

  const met = { empty: 0, candles: 0, features: 0, release: 0 };
  const killAndRepair = async (kill: number) => {
    const cwd = await emptyFolder();
    // Every second time a release is live already that must not be lost.
    const hasRelease = kill % 2 === 1;
    if (hasRelease) await cp(path.join(base, 'data'), path.join(cwd, 'data'), { recursive: true });
    const before = hasRelease ? (await readLake(path.join(cwd, 'data'))).live : undefined;
    const victim = run(cwd, start);
    if (kill % 10 < 8) {
      // Spread over the whole run, with chance inside each part.
      await sleep(((kill + Math.random()) / KILLS) * duration * 1.1);
    } else {
      // Of these it is known that the features are stored, however busy the machine has become since the first run.
      await victim.until('train 10 %');
      await sleep(Math.random() * 0.5 * duration);
    }
    victim.process.kill('SIGKILL');
    await victim.ended;

    const left = await readLake(path.join(cwd, 'data'));
    // The old release or the new one: never none, and `readLake` has loaded it whole.
    const released = [before, expected.live].map((manifest) => manifest?.training.data);
    expect(released).toContain(left.live?.training.data);
    for (const symbol of Object.keys(left.stored))
      expect(left.stored[symbol]).toBeLessThanOrEqual(expected.stored[symbol]!);
    if (left.live?.training.data === expected.live?.training.data) met.release++;
    else if (left.featureRows === expected.featureRows) met.features++;
    else if (Object.keys(left.stored).length > 0) met.candles++;
    else met.empty++;

    expect(await run(cwd, start).ended).toMatchObject({ code: 0 });
    const repaired = await readLake(path.join(cwd, 'data'));
    expect(repaired.stored).toEqual(expected.stored);
    expect(repaired.featureRows).toBe(expected.featureRows);
    // The same rows give the same models, whatever happened on the way.
    expect(repaired.live?.training).toEqual(expected.live?.training);
    for (const file of await readdir(path.join(reference, BITCOIN))) {
      expect(await readFile(path.join(cwd, BITCOIN, file), 'utf8')).toBe(
        await readFile(path.join(reference, BITCOIN, file), 'utf8'),
      );
    }
  };
  const kills = Array.from({ length: KILLS }, (_, kill) => kill);
  const worker = async () => {
    for (let kill = kills.shift(); kill !== undefined; kill = kills.shift()) await killAndRepair(kill);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  console.info(`Killed ${KILLS} runs of ${Math.round(duration)} ms; what they had stored by then:`, met);
  // The kills met more than one step, or the test would show nothing.
  expect(Object.values(met).filter((count) => count > 0).length).toBeGreaterThanOrEqual(3);
});
