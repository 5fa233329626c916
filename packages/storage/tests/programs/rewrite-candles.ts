/**
 * A process of its own: rewrites all candles of a series for ever, each time with other prices, and says so before each time.
 * Arguments: address of the database, candles.
 */
import { openDatabase } from '../../src/index.ts';
import { candles } from '../support/candles.ts';

const [url = '', count = ''] = process.argv.slice(2);
const times = Array.from({ length: Number(count) }, (_, day) => day * 86_400_000);
const { candles: store } = openDatabase(url);
for (let mark = 1; ; mark++) {
  process.stdout.write(`writing ${mark}\n`);
  await store.upsert({ source: 'test', symbol: 'KILL', quote: 'USD', interval: '1d' }, candles(times, mark));
}
