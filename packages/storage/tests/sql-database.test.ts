import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { CANDLE_COLUMNS, type SeriesKey, type TrainingRun, toPavioError } from '@pavio/core';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { candles } from './support/candles.ts';
import { testDatabases } from './support/databases.ts';
import { temporaryFolder } from './support/folders.ts';
import { startProgram } from './support/processes.ts';

const DAY = 86_400_000;
const BTC: SeriesKey = { source: 'test', symbol: 'BTC', quote: 'USD', interval: '1d' };

/** Rows of a query, past our drivers. */
async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  if (url.startsWith('sqlite:')) {
    const database = new Sqlite(url.slice('sqlite:'.length));
    const statement = database.prepare(text);
    const rows = statement.reader ? statement.all() : (statement.run(), []);
    database.close();
    return rows as Record<string, unknown>[];
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** What a database says that cannot be used, by its address. */
async function errorOf(url: string) {
  const database = openDatabase(url);
  const error = await database.candles.upsert(BTC, candles([0])).then(
    () => undefined,
    (thrown: unknown) => toPavioError(thrown),
  );
  await database.close();
  return error;
}

const kinds = await testDatabases();

describe.each(kinds)('a database on $name', ({ kind, isMissing, create }) => {
  it.skipIf(isMissing)('is made from nothing by its first use, and left alone by the next', async () => {
    const url = await create();
    const first = openDatabase(url);
    await first.candles.upsert(BTC, candles([0, DAY]));
    await first.close();
    // A closed one opens again.
    expect(await first.candles.list()).toEqual([BTC]);
    await first.close();
    const second = openDatabase(url);
    expect(await second.status()).toEqual({
      server: expect.stringMatching(new RegExp(`^${kind} \\d+\\.\\d+`)),
      series: 1,
      candles: 2,
      predictions: 0,
      runs: 0,
    });
    await second.close();
    expect(await query(url, 'select name from kysely_migration')).toHaveLength(1);
  });

  it.skipIf(isMissing)('holds a candle once, and finds the newest of a symbol by an index', async () => {
    const url = await create();
    const database = openDatabase(url);
    await database.candles.upsert(BTC, candles([0]));
    await database.close();
    const again = 'insert into prices select * from prices';
    await expect(query(url, again)).rejects.toThrow(/unique/i);
    const [index] = await query(
      url,
      kind === 'SQLite'
        ? "select sql as text from sqlite_master where name = 'prices_by_symbol'"
        : "select indexdef as text from pg_indexes where indexname = 'prices_by_symbol'",
    );
    expect(String(index?.['text']).replaceAll('"', '')).toMatch(/\(symbol, ts desc\)/i);
    const [column] = await query(url, 'select quote_volume from prices');
    expect(column).toEqual({ quote_volume: 1000.5 });
  });

  it.skipIf(isMissing)('reads long series whole', async () => {
    const database = openDatabase(await create());
    const series = candles(Array.from({ length: 45_000 }, (_, i) => i * 60_000));
    const key: SeriesKey = { ...BTC, interval: '1m' };
    expect(await database.candles.upsert(key, series)).toEqual({ inserted: 45_000, changed: 0 });
    expect(await database.candles.read(key)).toEqual(series);
    await database.close();
  });

  it.skipIf(isMissing)('gives every number back to the last bit', async () => {
    const database = openDatabase(await create());
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const numbers = fc.array(number, { minLength: 100, maxLength: 300, size: 'max' });
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const series = candles(values.map((_, i) => i * DAY));
        for (const [i, column] of CANDLE_COLUMNS.slice(1).entries()) {
          series[column].set([...values.slice(i), ...values.slice(0, i)]);
        }
        await database.candles.upsert(BTC, series);
        const read = await database.candles.read(BTC, { to: (values.length - 1) * DAY });
        for (const column of CANDLE_COLUMNS)
          expect(Buffer.from(read[column].buffer)).toEqual(Buffer.from(series[column].buffer));
      }),
      { numRuns: 10 },
    );
    await database.close();
  });

  it.skipIf(isMissing)('stores no price that is no number', async () => {
    const database = openDatabase(await create());
    for (const [column, value] of [
      ['close', Number.NaN],
      ['volume', Infinity],
      ['quoteVolume', -Infinity],
    ] as const) {
      const series = candles([0, DAY]);
      series[column][1] = value;
      await expect(database.candles.upsert(BTC, series)).rejects.toMatchObject({
        code: 'bad_candles',
        message: expect.stringContaining(column),
      });
    }
    expect(await database.candles.list()).toEqual([]);
    await database.close();
  });

  it.skipIf(isMissing)('takes no name for a command', async () => {
    const database = openDatabase(await create());
    await database.candles.upsert(BTC, candles([0]));
    for (const symbol of ["BTC'; drop table prices; --", '" or 1=1', "') union select 1 --"]) {
      for (const work of [
        () => database.candles.upsert({ ...BTC, symbol }, candles([0])),
        () => database.candles.read({ ...BTC, source: symbol }),
        () => database.candles.span({ ...BTC, quote: symbol }),
        () => database.candles.tag({ ...BTC, symbol }),
        () => database.predictions.list({ symbol, interval: '1d' }),
      ]) {
        await expect(work()).rejects.toMatchObject({ code: 'bad_input' });
      }
      expect(await database.candles.list({ symbol, source: symbol })).toEqual([]);
    }
    expect(await database.candles.list()).toEqual([BTC]);
    expect(await database.status()).toMatchObject({ candles: 1 });
    await database.close();
  });

  it.skipIf(isMissing)('keeps the newest thousand trainings, whatever is wrong with older ones', async () => {
    const url = await create();
    const database = openDatabase(url);
    const run: TrainingRun = {
      startedAt: '2026-11-22T00:00:00Z',
      seconds: 1,
      outcome: 'released',
      version: '20261122-0000',
      reason: 'First release.',
      error: null,
      rows: 100,
      assets: ['BTC'],
      models: {},
    };
    expect(await database.runs.list()).toEqual([]);
    const older = Array.from({ length: 1002 }, (_, i) => `('${i}', ${i}, '{')`);
    await query(url, `insert into training_runs values ${older.join(', ')}`);
    await database.runs.append(run);
    expect(await database.status()).toMatchObject({ runs: 1000 });
    expect(await database.runs.list({ limit: 1 })).toMatchObject([run]);
    await expect(database.runs.list()).rejects.toMatchObject({
      message: expect.stringContaining('training_runs 1001'),
    });
    await database.close();
  });

  it.skipIf(isMissing)('of a newer Pavio is refused', async () => {
    const url = await create();
    const database = openDatabase(url);
    await database.status();
    await database.close();
    await query(url, "insert into kysely_migration values ('999-future', '2030-01-01T00:00:00.000Z')");
    const error = await errorOf(url);
    expect(error).toMatchObject({ code: 'bad_config', remedy: expect.stringContaining('Update Pavio') });
    expect(error?.message).toContain('999-future');
  });
});

describe('the address of a database', () => {
  it.each([
    'mysql://pavio:geheim@db/pavio',
    'postgres://pavio:geh/eim@db/pavio',
    'postgres:///pavio',
    'sqlite:',
    'sqlite://folder/geheim.db',
    'geheim',
    's3://bucket/geheim.db',
  ])('%s is refused, and not repeated', (url) => {
    let error: unknown;
    try {
      openDatabase(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'bad_config', remedy: expect.stringContaining('postgres://user:password@') });
    expect(inspect(error)).not.toMatch(/geh\/?eim/);
  });

  it('may be a file in several forms', async () => {
    const folder = await temporaryFolder();
    for (const url of [`sqlite:${folder}/a.db`, `sqlite://${folder}/a.db`, `file:${folder}/a.db`, `${folder}/a.db`]) {
      const database = openDatabase(url);
      await database.candles.upsert(BTC, candles([0]));
      expect(await database.status()).toMatchObject({ candles: 1 });
      await database.close();
    }
    await openDatabase(`${folder}/new/folder/b.db`).status();
  });

  it('leaves the password out of names', () => {
    expect(openDatabase('postgresql://pavio:geheim@db:5433/prices?sslmode=require').name).toBe(
      'postgres://pavio@db:5433/prices',
    );
  });
});

describe('a file that cannot be used', () => {
  it('is no database', async () => {
    const file = `${await temporaryFolder()}/a.db`;
    await writeFile(file, 'time,open,high,low,close\n'.repeat(100));
    expect(await errorOf(file)).toMatchObject({ code: 'bad_config', message: expect.stringContaining(file) });
  });

  it('may only be read', async () => {
    const folder = await temporaryFolder();
    const database = openDatabase(`${folder}/a.db`);
    await database.status();
    await database.close();
    const { chmod } = await import('node:fs/promises');
    await chmod(`${folder}/a.db`, 0o444);
    await chmod(folder, 0o555);
    const program = startProgram('read-only-user.ts', `${folder}/a.db`);
    expect(await program.ended).toBe(0);
    await chmod(folder, 0o755);
    expect(JSON.parse(program.output())).toMatchObject({
      code: 'store_denied',
      remedy: expect.stringContaining('write access'),
    });
  });
});

const postgres = kinds.find(({ kind }) => kind === 'PostgreSQL')!;

describe.skipIf(postgres.isMissing)(`a server (${postgres.name}) that cannot be used`, () => {
  it.each<[string, (url: URL) => void, string, RegExp, RegExp]>([
    ['is not there', (url) => (url.port = '9'), 'store_unavailable', /nobody answers/, /Start the database server/],
    [
      'is not known',
      (url) => (url.host = 'no-such-host.invalid'),
      'store_unavailable',
      /not known/,
      /Correct the host/,
    ],
    ['refuses the password', (url) => (url.password = 'geheim'), 'store_denied', /password is wrong/, /Correct user/],
    ['wants a password', (url) => (url.password = ''), 'store_denied', /wants a password/, /Add it to DATABASE_URL/],
    ['has no such database', (url) => (url.pathname = '/nothing'), 'bad_config', /no such database/, /Create it/],
  ])('because it %s', async (_why, change, code, message, remedy) => {
    const url = new URL(await postgres.create());
    const { password } = url;
    change(url);
    const error = await errorOf(url.href);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    const said = `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)}`;
    for (const secret of [password, decodeURIComponent(password), 'geheim']) expect(said).not.toContain(secret);
  });

  it('because it lets this user read only', async () => {
    const url = await postgres.create();
    const database = openDatabase(url);
    await database.candles.upsert(BTC, candles([0]));
    await database.close();
    await query(url, "create role reader login password 'geheim'");
    await query(url, 'grant select on all tables in schema public to reader');
    const asReader = new URL(url);
    asReader.username = 'reader';
    asReader.password = 'geheim';
    const reader = openDatabase(asReader.href);
    expect(await reader.candles.read(BTC)).toEqual(candles([0]));
    for (const work of [() => reader.candles.upsert(BTC, candles([DAY])), () => reader.status()]) {
      await expect(work()).rejects.toMatchObject({ code: 'store_denied', remedy: expect.stringContaining('right to') });
    }
    await reader.close();
  });

  it('because it ended all connections is found again', async () => {
    const url = await postgres.create();
    const database = openDatabase(url);
    await database.candles.upsert(BTC, candles([0]));
    await database.status();
    await query(url, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pavio'");
    expect(await database.candles.list()).toEqual([BTC]);
    await database.close();
  });

  it('because it speaks another language', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await errorOf(`postgres://pavio:geheim@127.0.0.1:${port}/pavio`)).toMatchObject({
      code: 'store_unavailable',
    });
    server.close();
  });
});
