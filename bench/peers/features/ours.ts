// Our features in one thread, column by column as the job takes them, in memory that is used again. The columns are the
// fifth argument, all where there is none.
import process from 'node:process';
import { ColumnMemory, featureColumns, featureSet } from '@pavio/features';
import { runPeer } from './timed.ts';

const [, , , , , , list] = process.argv;
const wanted = list?.split(',');
const memory = new ColumnMemory();
runPeer((interval) => {
  const { features } = featureSet(interval);
  const chosen = wanted === undefined ? features : features.filter(({ name }) => wanted.includes(name));
  return ({ symbol, candles }) => featureColumns(candles, interval, chosen, symbol, memory);
});
