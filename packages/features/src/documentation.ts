import { INTERVAL_NAMES } from '@pavio/core';
import { FEATURE_GROUPS, type FeatureGroup } from './feature.ts';
import { featureList, LIST_COLUMNS } from './feature-list.ts';
import { featureSet } from './feature-set.ts';

/** Hourly candles have every column; the set of any other interval is a part of theirs. */
const FULLEST = '1h';

/** The page `docs/features.md`, written from the declarations. */
export function featuresPage(): string {
  return [INTRODUCTION, ...FEATURE_GROUPS.map(groupSection), intervalSection()].join('\n');
}

const INTRODUCTION = `# Features

<!-- Written by packages/features/scripts/write-docs.ts from the declarations. Change those, then run it. -->

Every column of the feature table, in its order. A row is a closed candle; its features are made of that candle and
earlier ones of the same asset.

- \`x[-k]\` is the value k candles before; \`mean\`, \`std\`, \`median\`, \`max\` with a number are over so many candles, the newest
  included.
- **Edge**: the value where the formula divides by zero, where it can.
- **Made of**: the columns of the candles that it depends on.
- **Lookback**: candles of unbroken history before the first one that has a value. A missing candle starts the count anew:
  no feature spans a gap, and rows without a value are empty (NaN).
- **Memory**: newest candles from which the value equals that of the whole history to 1e-9. Where an average never quite
  forgets its start this is when the start has faded; *all* marks what never forgets.
- **Model**: do models see it? They see what carries no scale (no price, no raw volume), forgets, and is no linear
  combination of other inputs.

Where conventions differ, and why which was taken:

- **What TA-Lib has is as in TA-Lib**, and the rest as in pandas: they are what most figures elsewhere were made with, so
  values can be held against them.
- **Exponential averages start with the mean of their first n values** (TA-Lib), not with the first value alone (pandas
  \`ewm\`): one value would weigh far too much in the first rows.
- **Both averages of MACD have their first value in the same row** (TA-Lib): otherwise its first rows are a difference of
  averages of different age.
- **Wilder's smoothing, 1 / n of the newest value**, is used where Wilder defined the indicator (RSI, ATR, ADX, DI): the usual
  thresholds of 30 and 70, or 25, were found with it.
- **Deviations are those of a sample (n - 1)**, as in pandas: they estimate the volatility of returns yet to come from a few of
  them. **Bollinger bands have the population deviation (n)**, as Bollinger and TA-Lib: they describe the window itself.
- **Quantiles are interpolated linearly** (pandas, numpy): of twenty values they would otherwise jump from one to the next.
- **A price that stands still is neutral** (RSI and Stochastic 50, Williams %R -50), where TA-Lib gives 0: to a model that is
  the strongest signal there is, made of nothing.
- **The range of a candle is the span of all four prices**, because some sources take the close before for the open, which
  then may lie outside of [low, high].
- **The MAD's z-score falls back on the mean absolute deviation** where more than half of a window is one value: the MAD is
  zero there, and the score would be infinite.
- **Weeks begin on Monday and all times are UTC**, as in pandas: candles of all assets share them.
`;

function groupSection(group: FeatureGroup): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = featureList(FULLEST)
    .filter((feature) => feature.group === group)
    .map((feature) =>
      line(LIST_COLUMNS.map(({ cell, isCode }) => (isCode ? code(cell(feature)) : plain(cell(feature))))),
    );
  return `## ${group[0]!.toUpperCase()}${group.slice(1)}

${line(LIST_COLUMNS.map(({ title }) => title))}
|${'---|'.repeat(LIST_COLUMNS.length)}
${rows.join('\n')}
`;
}

function intervalSection(): string {
  const fullest = featureSet(FULLEST);
  const rows = INTERVAL_NAMES.map((interval) => {
    const { columns, inputs, hash } = featureSet(interval);
    const absent = fullest.columns.filter((column) => !columns.includes(column));
    const unseen = fullest.inputs.filter((input) => !inputs.includes(input) && columns.includes(input));
    const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
    return `| ${interval} | ${columns.length} | ${inputs.length} | ${list(absent)} | ${list(unseen)} | \`${hash.slice(0, 12)}\` |`;
  });
  return `## By interval

A daily candle has no hour. Models do not see a cycle that takes more than a week of minutes (10,080 candles) to turn once:
there is seldom enough history to learn it, and in a part of a turn it may not vary at all.

| interval | columns | model inputs | absent | not seen by models | hash |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function code(text: string): string {
  return `\`${plain(text)}\``;
}

/** A bar would end the cell. */
function plain(text: string): string {
  return text.replaceAll('|', '\\|');
}
