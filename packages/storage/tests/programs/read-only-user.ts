/**
 * A process of its own, which root becomes another user in: tries to store candles in a database file and prints the error.
 * Arguments: address of the database.
 */
import { toPavioError } from '@pavio/core';
import { openDatabase } from '../../src/index.ts';
import { candles } from '../support/candles.ts';

const NOBODY = 65_534;
const database = openDatabase(process.argv[2] ?? '');
// All that is loaded is loaded before: the other user may not be able to reach this checkout.
if (process.getuid?.() === 0) {
  await database.status();
  await database.close();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
}
const key = { source: 'test', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
const error = await database.candles.upsert(key, candles([0])).catch(toPavioError);
process.stdout.write(JSON.stringify(error));
