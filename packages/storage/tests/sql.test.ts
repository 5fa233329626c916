import { afterAll, describe } from 'vitest';
import { openDatabase, type SqlDatabase } from '../src/index.ts';
import { testCandleStore } from './candle-store.conformance.ts';
import { testPredictionLog } from './prediction-log.conformance.ts';
import { testDatabases } from './support/databases.ts';
import { testTrainingRunLog } from './training-run-log.conformance.ts';

describe.each(await testDatabases())('a database on $name', ({ isMissing, create }) => {
  const opened: SqlDatabase[] = [];
  const open = (url: string) => {
    const database = openDatabase(url);
    opened.push(database);
    return database;
  };
  afterAll(() => Promise.all(opened.map((database) => database.close())));

  describe.skipIf(isMissing)('as a candle store', () => {
    let url: Promise<string> | undefined;
    testCandleStore(async () => open(await (url ??= create())).candles);
  });

  describe.skipIf(isMissing)('as a prediction log', () => {
    let url: Promise<string> | undefined;
    testPredictionLog(async () => open(await (url ??= create())).predictions);
  });

  describe.skipIf(isMissing)('as a log of trainings', () => {
    testTrainingRunLog(async () => {
      const url = await create();
      return [open(url).runs, open(url).runs];
    });
  });
});
