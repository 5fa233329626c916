// Where the time of the columns goes: seconds a group in one pass over all features, best of some passes. What features share
// counts where it is first asked for. Arguments: candle file, passes.
import process from 'node:process';
import { ColumnMemory, featureColumns, featureSet } from '@pavio/features';
import { openCandleFile } from './candle-file.ts';

const [source = '', passes = '1'] = process.argv.slice(2);
const { interval, assets } = openCandleFile(source);
const { features } = featureSet(interval);
const memory = new ColumnMemory();

function onePass(): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const { symbol, read } of assets) {
    const candles = read();
    const columns = featureColumns(candles, interval, features, symbol, memory);
    for (const { group } of features) {
      const started = performance.now();
      columns.next();
      seconds.set(group, (seconds.get(group) ?? 0) + (performance.now() - started) / 1000);
    }
    columns.return();
  }
  return seconds;
}

const sumOf = (seconds: ReadonlyMap<string, number>) => [...seconds.values()].reduce((sum, each) => sum + each, 0);
const runs = Array.from({ length: Number(passes) }, onePass);
console.log(JSON.stringify(Object.fromEntries(runs.sort((a, b) => sumOf(a) - sumOf(b))[0]!)));
