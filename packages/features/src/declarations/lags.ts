import { type Feature, feature } from '../feature.ts';
import { lag } from '../indicators/changes.ts';

const SOURCE = 'pandas shift';

/** Earlier values as they were. Models see them as returns and changes instead. */
export const lags: readonly Feature[] = [
  ...[1, 2, 3, 4, 5].map((rows) => lagOf('close', rows)),
  lagOf('open', 1),
  lagOf('volume', 1),
];

function lagOf(column: 'open' | 'close' | 'volume', rows: number): Feature {
  return feature({
    name: `${column}_lag_${rows}`,
    group: 'lags',
    formula: `${column}[-${rows}]`,
    source: SOURCE,
    unit: column === 'volume' ? 'volume' : 'price',
    inputs: [column],
    lookback: rows,
    compute: (frame) => lag(frame[column], rows),
  });
}
