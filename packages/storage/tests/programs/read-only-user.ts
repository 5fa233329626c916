/**
 * A process of its own, which root becomes another user in: tries to store candles in a database file and prints the error.
 * Arguments: address of the database.
 */
import 'kysely';
import 'kysely/migration';
import { toPavioError } from '@pavio/core';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../../src/index.ts';
import { candles } from '../support/candles.ts';

const NOBODY = 65_534;
// All that is loaded is loaded before: the other user may not be able to reach this checkout.
new Sqlite(':memory:').close();
process.setegid?.(NOBODY);
process.seteuid?.(NOBODY);
const key = { source: 'test', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
const error = await openDatabase(process.argv[2] ?? '')
  .candles.upsert(key, candles([0]))
  .catch(toPavioError);
process.stdout.write(JSON.stringify(error));
