import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sliceRows } from '@pavio/core';
import { simulateCandles } from '@pavio/market';
import { folderStore, lakeCandleStore, lakeFeatureStore, lakePredictionLog, openDatabase } from '@pavio/storage';
import { startPostgres } from '@pavio/storage/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { daysAgo, emptyFolder, pavio } from './pavio.ts';

const server = await startPostgres();
const why = 'unavailable' in server ? ` (skipped: ${server.unavailable})` : '';
if (!('unavailable' in server)) afterAll(() => server.stop());

const SIMULATED = { PAVIO_SOURCE: 'simulated', PAVIO_ASSETS: 'BTC,ETH', PAVIO_START: daysAgo(400), PAVIO_THREADS: '1' };

const newAddress = async (kind: string): Promise<string> => {
  if (kind === 'SQLite') return `sqlite:${path.join(await emptyFolder(), 'pavio.db')}`;
  if ('unavailable' in server) throw new Error(server.unavailable);
  return server.createDatabase();
};

/** What a cycle came to: the whole feature table, the candles, and a forecast without what tells of the time of day. */
async function outcomeOf(cwd: string, env: Record<string, string>) {
  const run = await pavio(['run', '--json', '--no-report'], { cwd, env });
  expect(run.code).toBe(0);
  const store = folderStore(path.join(cwd, 'data'));
  const { symbols, symbol, time, close, columns } = (await lakeFeatureStore(store).latest())!;
  const database = env['DATABASE_URL'] === undefined ? undefined : openDatabase(env['DATABASE_URL']);
  const candles = database?.candles ?? lakeCandleStore(store);
  const series = await candles.list();
  const read = await Promise.all(series.map((key) => candles.read(key)));
  await database?.close();
  const predict = await pavio(['predict', 'BTC', '--json'], { cwd, env });
  const { madeAt: _madeAt, version: _version, models, ...forecast } = JSON.parse(predict.stdout);
  const said = Object.entries(models as Record<string, object>).map(([name, model]) => ({
    name,
    ...model,
    version: undefined,
  }));
  const bytes = ({ buffer }: Float64Array | Int32Array) => Buffer.from(buffer).toString('base64');
  return {
    features: [symbols, bytes(symbol), bytes(time), bytes(close), [...columns].map(([name, it]) => [name, bytes(it)])],
    candles: series.map((key, i) => [key, Object.values(read[i]!).map((column) => bytes(column.slice()))]),
    forecast: { ...forecast, said },
  };
}

describe.each([
  { kind: 'SQLite', name: 'SQLite', isMissing: false },
  { kind: 'PostgreSQL', name: `PostgreSQL${why}`, isMissing: why !== '' },
])('pavio with a database on $name', ({ kind, isMissing }) => {
  it.skipIf(isMissing)('does as with a lake alone, to the last bit', async () => {
    const [alone, both] = [await emptyFolder(), await emptyFolder()];
    const env = { ...SIMULATED, DATABASE_URL: await newAddress(kind) };
    expect(await outcomeOf(both, env)).toEqual(await outcomeOf(alone, SIMULATED));
    expect(await readdir(path.join(both, 'data'))).toEqual(['.pavio', 'features', 'models']);

    const again = await pavio(['run', '--json', '--no-report'], { cwd: both, env });
    expect(JSON.parse(again.stdout)).toMatchObject({ crawl: { totals: { inserted: 0 } }, training: { isNew: false } });
    const runs = await pavio(['runs'], { cwd: both, env });
    expect(runs.stdout).toMatch(/nothing new .*\n.*released .*First release\./);
    expect((await pavio(['runs'], { cwd: both })).stdout).toContain('There were no trainings yet');
    expect(await pavio(['check'], { cwd: both, env })).toMatchObject({ code: 0 });
    const doctor = await pavio(['doctor'], { cwd: both, env });
    expect(doctor.code).toBe(0);
    const database = new RegExp(
      `ok {4}Database .*\\(${kind} \\d.*\\) .*: \\d+ candles of 2 series, 1 forecasts, 2 trainings`,
    );
    expect(doctor.stdout).toMatch(database);
    expect(doctor.stdout).toMatch(/ok {4}Candles .*2 series/);
  });

  it.skipIf(isMissing)('says what of a lake is out of sight, and takes it over', async () => {
    const cwd = await emptyFolder();
    await pavio(['crawl'], { cwd, env: SIMULATED });
    const env = { DATABASE_URL: await newAddress(kind) };
    const blind = await pavio(['features'], { cwd, env });
    expect(blind).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Warning: .*data holds candles that are NOT USED/),
    });
    expect(blind.stderr).toMatch(/2 series \(simulated BTC-USD 1d, simulated ETH-USD 1d\).*pavio import --from-lake/);
    expect(blind.stderr).toContain('There are no 1d candles in ');
    expect((await pavio(['doctor'], { cwd, env })).stdout).toMatch(/WARN {2}Database .*NOT USED.*--from-lake/);

    const taken = await pavio(['import', '--from-lake', '--json'], { cwd, env });
    const { series } = JSON.parse(taken.stdout);
    expect(series).toMatchObject([
      { source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d', inserted: 400 },
      { source: 'simulated', symbol: 'ETH', quote: 'USD', interval: '1d', inserted: 400 },
    ]);
    const again = await pavio(['import', '--from-lake'], { cwd, env });
    expect(again.stdout).toContain(': 0 candles were new there');
    const features = await pavio(['features'], { cwd, env });
    expect(features).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Warning') });
    expect((await pavio(['doctor'], { cwd, env })).stdout).toMatch(/ok {4}Database /);
  });
});

describe('a lake from before the database', () => {
  const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
  const key = { source: 'import', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;

  it('gives no way to made-up candles: what it holds counts', async () => {
    const cwd = await emptyFolder();
    await lakeCandleStore(folderStore(path.join(cwd, 'data'))).upsert(
      key,
      simulateCandles('BTC', '1d', day('2024-01-01'), day('2024-12-31')),
    );
    const run = await pavio(['run', '--database', path.join(cwd, 'pavio.db')], { cwd });
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT USED') });
    expect(run.stderr).toContain('There are no 1d candles in ');
    expect(run.stderr).not.toContain('SIMULATED');
  });

  it('gives its candles and forecasts where the database has none', async () => {
    const cwd = await emptyFolder();
    await pavio(['run', '--no-report'], { cwd, env: SIMULATED });
    await pavio(['predict', 'BTC'], { cwd, env: SIMULATED });
    const lake = folderStore(path.join(cwd, 'data'));
    const series = { ...key, source: 'simulated' };
    const stored = await lakeCandleStore(lake).read(series);

    const url = path.join(cwd, 'pavio.db');
    const database = openDatabase(url);
    const later = sliceRows(stored, 10, 12);
    later.volume.fill(7);
    await database.candles.upsert(series, later);
    const taken = await pavio(['import', '--from-lake', '--database', url], { cwd });
    expect(taken.stdout).toMatch(/^2 series of .*: 798 candles were new there\. 1 forecasts are there, too\./);
    // The view on the same memory has changed what was read: that is what must be there now.
    expect(await database.candles.read(series)).toEqual(stored);
    const log = { symbol: 'BTC', interval: '1d' } as const;
    expect(await database.predictions.list(log)).toEqual(await lakePredictionLog(lake).list(log));
    await database.close();
  });
});

describe('a database that cannot be used', () => {
  it('is said with what to do, and without its password', async () => {
    const cwd = await emptyFolder();
    for (const [url, code, message] of [
      ['mysql://pavio:geheim@db/pavio', 2, /DATABASE_URL is not the address of a database/],
      ['postgres://pavio:geheim@127.0.0.1:9/pavio', 1, /nobody answers there.*\n.*Start the database server/],
    ] as const) {
      const ended = await pavio(['crawl', '--database', url], { cwd, env: SIMULATED });
      expect(ended).toMatchObject({ code, stderr: expect.stringMatching(message) });
      expect(ended.stderr).not.toContain('geheim');
    }
    const doctor = await pavio(['doctor'], { cwd, env: { DATABASE_URL: 'postgres://pavio:geheim@127.0.0.1:9/pavio' } });
    expect(doctor).toMatchObject({ code: 1, stdout: expect.stringMatching(/FAIL {2}Database .*nobody answers/) });
    expect(doctor.stdout + doctor.stderr).not.toContain('geheim');
  });

  it('is none to take a lake over into', async () => {
    const ended = await pavio(['import', '--from-lake'], { cwd: await emptyFolder() });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('Set DATABASE_URL') });
  });
});
