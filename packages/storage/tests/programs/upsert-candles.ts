/**
 * A process of its own: says that it is ready, waits for a line on stdin, and stores candles of every second day, in pieces.
 * Arguments: address of the database, symbol, first day (0 or 1), days.
 */
import { once } from 'node:events';
import { openDatabase } from '../../src/index.ts';
import { candles } from '../support/candles.ts';

const [url = '', symbol = '', first = '', days = ''] = process.argv.slice(2);
const DAY = 86_400_000;
const PIECE = 50;

process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const database = openDatabase(url);
for (let day = Number(first); day < Number(days); day += 2 * PIECE) {
  const times = Array.from({ length: PIECE }, (_, i) => (day + 2 * i) * DAY).filter(
    (time) => time < Number(days) * DAY,
  );
  await database.candles.upsert({ source: 'test', symbol, quote: 'USD', interval: '1d' }, candles(times));
}
await database.close();
