// Where the time goes: each feature in the order of the set, with what it shares with later ones. Arguments: candle file.
import process from 'node:process';
import { computeFeatures, featureSet } from '@pavio/features';
import { openCandleFile } from './candle-file.ts';

const [source = ''] = process.argv.slice(2);
const { interval, assets: stored } = openCandleFile(source);
const assets = stored.map(({ read }) => ({ candles: read() }));
const { features } = featureSet(interval);
const groups = [...new Set(features.map(({ group }) => group))];
for (let warm = 0; warm < 3; warm++) computeFeatures(assets[0]!.candles, interval);
const milliseconds = groups.map((group) => {
  const columns = features.filter((feature) => feature.group === group).map(({ name }) => name);
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const started = performance.now();
    for (const { candles } of assets) computeFeatures(candles, interval, { columns });
    best = Math.min(best, performance.now() - started);
  }
  return [group, best] as const;
});
console.log(JSON.stringify(Object.fromEntries(milliseconds)));
