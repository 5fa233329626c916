import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  fixedClock,
  forecastSchema,
  type Interval,
  MODEL_NAMES,
  type ModelForecast,
  type ReleaseManifest,
  seriesLength,
  silentLogger,
  sliceRows,
} from '@pavio/core';
import { calibrate, loadRelease } from '@pavio/estimators';
import { featureSet, runFeatureJob } from '@pavio/features';
import { simulateCandles, simulatedMarket } from '@pavio/market';
import { folderStore, lakeCandleStore, lakeFeatureStore, lakeModelRegistry, lakePredictionLog } from '@pavio/storage';
import { train } from '@pavio/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPredictor, forecastAsset } from '../src/index.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-21T11:00:00Z');
const LAST = Date.parse('2026-11-20T00:00:00Z');
const SERIES = { source: 'simulated', quote: 'USD', interval: '1d' as Interval };

let folder = '';
let clock = fixedClock(NOW);
let manifest: ReleaseManifest;

const store = () => folderStore(folder);
const registry = () => lakeModelRegistry(store());
const candles = () => lakeCandleStore(store());
const predictions = () => lakePredictionLog(store());
const predictor = () =>
  createPredictor({
    registry: registry(),
    candles: candles(),
    predictions: predictions(),
    clock,
    simulated: simulatedMarket({ clock }),
  });

/** Publishes the live release again under another version, with changes, and makes that live. */
async function releaseAgain(version: string, changes: Partial<ReleaseManifest> = {}): Promise<void> {
  const release = await registry().load(manifest.version, { withTwins: true });
  await registry().publish({ ...release, manifest: { ...manifest, version, ...changes } });
  await registry().promote(version, await registry().liveTag());
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pavio-prediction-'));
  clock = fixedClock(NOW);
  for (const [symbol, days] of [
    ['BTC', 400],
    ['ETH', 400],
    ['NEW', 30],
  ] as const) {
    await candles().upsert({ ...SERIES, symbol }, simulateCandles(symbol, '1d', LAST - (days - 1) * DAY, LAST));
  }
  const features = lakeFeatureStore(store());
  await runFeatureJob({ ...SERIES, candles: candles(), features, clock, log: silentLogger });
  const small = {
    regressor_gbr: { nEstimators: 5 },
    regressor_rf: { nEstimators: 5 },
    classifier_rf: { nEstimators: 5 },
  };
  const report = await train({
    features,
    registry: registry(),
    clock,
    log: silentLogger,
    software: 'pavio test',
    seed: 1,
    threads: 0,
    folds: 2,
    parameters: small,
  });
  manifest = report.manifest;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a forecast', () => {
  it('is of the candle after the newest closed one, by all five models', async () => {
    const forecast = await predictor().forecast('btc-usd');
    expect(forecastSchema.parse(forecast)).toEqual(forecast);
    const series = await candles().read({ ...SERIES, symbol: 'BTC' });
    const lastClose = series.close.at(-1)!;
    expect(forecast).toMatchObject({
      symbol: 'BTC',
      isSimulated: true,
      isStale: false,
      lastTime: LAST,
      lastClose,
      targetTime: LAST + DAY,
      version: manifest.version,
    });
    const { regressor_rf, classifier_log } = forecast.models;
    expect(regressor_rf.close).toBeCloseTo(lastClose * Math.exp(regressor_rf.logReturn!), 9);
    expect(regressor_rf.direction).toBe(regressor_rf.logReturn! > 0 ? 1 : 0);
    expect(classifier_log.direction).toBe(classifier_log.probability! > 0.5 ? 1 : 0);
    expect(Object.keys(regressor_rf.intervals!)).toEqual(['0.5', '0.8', '0.95']);
    for (const { low, high } of Object.values(regressor_rf.intervals!)) {
      expect(low).toBeLessThan(regressor_rf.close!);
      expect(high).toBeGreaterThan(regressor_rf.close!);
    }
  });

  it('gives what the models give for the row that the batch job computed', async () => {
    const forecast = await predictor().forecast('ETH');
    const table = (await lakeFeatureStore(store()).latest())!;
    const row = table.time.findLastIndex((time, i) => time === LAST && table.symbols[table.symbol[i]!] === 'ETH');
    const inputs = Float32Array.from(manifest.featureSet.inputs, (name) => table.columns.get(name)![row]!);
    const { models } = loadRelease(await registry().load(manifest.version));
    for (const name of MODEL_NAMES) {
      const { logReturn, probability } = forecast.models[name];
      const own = models[name].predictRow(inputs);
      const served = calibrate(manifest.models[name].calibration?.calibrator, own);
      expect(logReturn ?? probability).toBeCloseTo(logReturn === undefined ? served : own, 9);
    }
  });

  it('gives calibrated probabilities, and the direction that follows from them', async () => {
    const platt = { method: 'platt', slope: 0.1, intercept: -3 } as const;
    const { calibration } = manifest.models.classifier_log;
    const changed = { ...manifest.models.classifier_log, calibration: { ...calibration!, calibrator: platt } };
    const stored = await registry().load(manifest.version);
    const models = { ...manifest.models, classifier_log: changed };
    const release = { ...stored, manifest: { ...manifest, models } };
    const key = { ...SERIES, symbol: 'BTC' };
    const forecast = forecastAsset({
      release: loadRelease(release),
      key,
      series: await candles().read(key),
      isSimulated: true,
      clock,
    });
    const { probability, direction } = forecast.models.classifier_log;
    expect(probability).toBeGreaterThan(0.03);
    expect(probability).toBeLessThan(0.08);
    expect(direction).toBe(0);
  });

  it('has adaptive intervals right after the training and plain ones from an older release', async () => {
    const fresh = await predictor().forecast('BTC');
    expect(fresh.lastTime).toBe(Date.parse(manifest.training.to) + DAY);
    expect(fresh.models.regressor_lin.intervalMethod).toBe('adaptive');

    const key = { ...SERIES, symbol: 'BTC' };
    // The release as it was a day earlier, when the candle before the newest was not closed yet.
    const to = new Date(Date.parse(manifest.training.to) - DAY).toISOString();
    const older = { ...manifest, training: { ...manifest.training, to } };
    const stored = await registry().load(manifest.version);
    const forecast = forecastAsset({
      release: loadRelease({ ...stored, manifest: older }),
      key,
      series: await candles().read(key),
      isSimulated: true,
      clock,
    });
    const widthOf = ({ intervals, close }: ModelForecast) => Math.log(intervals!['0.8']!.high / close!);
    const [plain, adaptive] = [forecast.models.regressor_lin, fresh.models.regressor_lin];
    const { intervals, adaptiveIntervals } = manifest.models.regressor_lin;
    expect(plain.intervalMethod).toBe('plain');
    expect(adaptiveIntervals!['0.8']).not.toBe(intervals['0.8']);
    expect(widthOf(plain) / widthOf(adaptive)).toBeCloseTo(intervals['0.8']! / adaptiveIntervals!['0.8']!, 9);
  });

  it('has the verdict and skill of the asset where it was measured', async () => {
    const { models } = await predictor().forecast('BTC');
    const measured = manifest.models.regressor_gbr.evaluation.assets['BTC']!;
    expect(models.regressor_gbr).toMatchObject({ verdict: measured.verdict, skill: measured.skill });
  });

  it('is stale when newer candles have closed than are stored', async () => {
    clock.set(NOW + 2 * DAY);
    expect(await predictor().forecast('BTC')).toMatchObject({ isStale: true, lastTime: LAST });
    clock.set(NOW);
  });

  it('never starts from a candle that is not closed by the clock', async () => {
    clock.set(NOW - 10 * DAY);
    expect(await predictor().forecast('BTC')).toMatchObject({ lastTime: LAST - 10 * DAY, isStale: false });
    clock.set(NOW);
  });

  it('is there for HET, marked as simulated, though nobody crawled it', async () => {
    const forecast = await predictor().forecast('het');
    expect(forecast).toMatchObject({ symbol: 'HET', source: 'simulated', isSimulated: true, lastTime: LAST });
    expect(forecast.lastClose).toBe(simulateCandles('HET', '1d', LAST, LAST).close[0]);
  });

  it('is refused in words where it cannot be made', async () => {
    await expect(predictor().forecast('DOGE')).rejects.toMatchObject({ code: 'unknown_symbol' });
    await expect(predictor().forecast('BTC-EUR')).rejects.toMatchObject({ code: 'bad_input' });
    await expect(predictor().forecast('NEW')).rejects.toMatchObject({
      code: 'not_enough_data',
      message: expect.stringMatching(/^NEW: .*there are 30/),
    });
  });

  it('needs a gapless stretch before the newest candle', async () => {
    const key = { ...SERIES, symbol: 'GAP' };
    const all = simulateCandles('GAP', '1d', LAST - 199 * DAY, LAST);
    await candles().upsert(key, sliceRows(all, 0, 180));
    await candles().upsert(key, sliceRows(all, 185));
    expect(seriesLength(await candles().read(key))).toBe(195);
    await expect(predictor().forecast('GAP')).rejects.toMatchObject({
      code: 'not_enough_data',
      message: expect.stringContaining('there are 15'),
    });
  });
});

describe('the prediction log', () => {
  it('keeps the first forecast of a target and version, however often it is asked for', async () => {
    const one = predictor();
    clock.set(NOW + 1000);
    const first = await one.forecast('BTC');
    clock.set(NOW + 2000);
    await one.forecast('BTC');
    await predictor().forecast('BTC');
    clock.set(NOW);
    const logged = await predictions().list({ symbol: 'BTC', interval: '1d' });
    const today = logged.filter(({ targetTime }) => targetTime === first.targetTime);
    expect(today).toHaveLength(1);
    expect(today[0]?.madeAt).toBeLessThanOrEqual(first.madeAt);
  });

  it('costs the record, not the answer, when it cannot be written', async () => {
    const failing = createPredictor({
      registry: registry(),
      candles: candles(),
      // A log whose folder is a file.
      predictions: lakePredictionLog(folderStore(path.join(folder, 'raw', 'not-a-folder'))),
      clock,
      simulated: simulatedMarket({ clock }),
    });
    await writeFile(path.join(folder, 'raw', 'not-a-folder'), 'a file');
    expect((await failing.forecast('BTC')).symbol).toBe('BTC');
    await rm(path.join(folder, 'raw', 'not-a-folder'));
  });
});

describe('the release that serves', () => {
  it('is loaded on first use, and listed with its assets', async () => {
    const one = predictor();
    expect(one.state).toEqual({ release: undefined, loadedAt: undefined, isPinned: false, problem: undefined });
    await expect(one.assets()).rejects.toMatchObject({ code: 'no_models' });
    expect(await one.refresh()).toBe(true);
    expect(await one.refresh()).toBe(false);
    expect(one.state.release?.version).toBe(manifest.version);
    expect((await one.assets()).map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH', 'GAP', 'NEW', 'HET']);
  });

  it('is swapped for a newer one, while forecasts go on', async () => {
    const one = predictor();
    await one.refresh();
    await releaseAgain('20261121-1101');
    const [swapped] = await Promise.all([one.refresh(), one.forecast('BTC'), one.refresh()]);
    expect(swapped).toBe(true);
    expect((await one.forecast('BTC')).version).toBe('20261121-1101');
  });

  it('goes on serving when the newer one has a damaged file', async () => {
    const one = predictor();
    await one.refresh();
    const serving = one.state.release!.version;
    await releaseAgain('20261121-1102');
    const file = path.join(folder, 'models', '20261121-1102', 'regressor_rf.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 9]! ^= 1;
    await writeFile(file, bytes);

    expect(await one.refresh()).toBe(false);
    expect(one.state).toMatchObject({ release: { version: serving }, problem: { code: 'bad_model' } });
    expect((await one.forecast('BTC')).version).toBe(serving);
    await expect(one.reload()).rejects.toMatchObject({ code: 'bad_model' });
    await releaseAgain('20261121-1103');
    expect((await one.reload()).version).toBe('20261121-1103');
    expect(one.state.problem).toBeUndefined();
  });

  it('goes on serving when the newer one reads another feature set; both hashes are named', async () => {
    const one = predictor();
    await one.refresh();
    const hash = 'a'.repeat(64);
    await releaseAgain('20261121-1104', { featureSet: { ...manifest.featureSet, hash } });
    expect(await one.refresh()).toBe(false);
    expect(one.state.problem).toMatchObject({
      code: 'feature_mismatch',
      details: { released: hash, computed: featureSet('1d').hash },
    });
    expect((await one.forecast('BTC')).version).toBe('20261121-1103');
  });

  it('has no problem any more when what is live is again what serves', async () => {
    const one = predictor();
    await releaseAgain('20261121-1105');
    await one.refresh();
    const file = path.join(folder, 'models', 'latest', 'manifest.json');
    await rename(file, `${file}.kept`);
    await writeFile(file, '{');
    expect(await one.refresh()).toBe(false);
    expect(one.state).toMatchObject({ release: { version: '20261121-1105' }, problem: { code: 'bad_model' } });
    await rename(`${file}.kept`, file);
    expect(await one.refresh()).toBe(false);
    expect(one.state).toMatchObject({ release: { version: '20261121-1105' }, problem: undefined });
  });

  it('is missing in an empty lake, which says what to run', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'pavio-empty-'));
    const nothing = folderStore(empty);
    const one = createPredictor({
      registry: lakeModelRegistry(nothing),
      candles: lakeCandleStore(nothing),
      predictions: lakePredictionLog(nothing),
      clock,
      simulated: simulatedMarket({ clock }),
    });
    for (const ask of [() => one.forecast('BTC'), () => one.reload()]) {
      await expect(ask()).rejects.toMatchObject({ code: 'no_models', remedy: expect.stringContaining('pavio run') });
    }
    expect(await one.refresh()).toBe(false);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });
});
