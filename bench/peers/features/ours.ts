// Our features, one thread; the columns are the fifth argument, all where there is none.
import process from 'node:process';
import { computeFeatures } from '@pavio/features';
import { runPeer } from './timed.ts';

const [, , , , , , list] = process.argv;
const columns = list === undefined ? {} : { columns: list.split(',') };
runPeer(
  (interval) =>
    ({ candles }) =>
      computeFeatures(candles, interval, columns),
);
