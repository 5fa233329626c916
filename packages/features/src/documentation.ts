import { INTERVAL_NAMES } from '@pavio/core';
import { FEATURE_GROUPS, type Feature } from './feature.ts';
import { featureSet } from './feature-set.ts';

/** Hourly candles have every column; the set of any other interval is a part of theirs. */
const FULLEST = featureSet('1h');

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
- **Lookback**: candles of unbroken history before the first one that has a value. A missing candle starts the count anew:
  no feature spans a gap, and rows without a value are empty (NaN).
- **Memory**: newest candles from which the value equals that of the whole history to 1e-9. Where an average never quite
  forgets its start this is when the start has faded; *all* marks what never forgets.
- **Model**: do models see it? They see what carries no scale (no price, no raw volume), forgets, and is no linear
  combination of other inputs.
- Where TA-Lib has an indicator its convention is taken: exponential averages start with the mean of their first values,
  Wilder's smoothing is used where Wilder did, Bollinger bands have the population deviation. Elsewhere it is pandas':
  deviations are those of a sample, quantiles are interpolated.
- \`range\` is the span of all four prices, because some sources take the close before for the open, which then may lie
  outside of [low, high].
`;

function groupSection(group: Feature['group']): string {
  const rows = FULLEST.features
    .filter((feature) => feature.group === group)
    .map(({ name, formula, edge, unit, lookback, memory, isInput, source }) => {
      const value = edge === undefined ? code(formula) : `${code(formula)}; ${cell(edge)}`;
      const remembered = Number.isFinite(memory) ? String(memory) : 'all';
      return `| \`${name}\` | ${value} | ${unit} | ${lookback} | ${remembered} | ${isInput ? 'yes' : ''} | ${cell(source)} |`;
    });
  return `## ${group[0]!.toUpperCase()}${group.slice(1)}

| column | formula | unit | lookback | memory | model | source |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function intervalSection(): string {
  const rows = INTERVAL_NAMES.map((interval) => {
    const { columns, inputs, hash } = featureSet(interval);
    const absent = FULLEST.columns.filter((column) => !columns.includes(column));
    const unseen = FULLEST.inputs.filter((input) => !inputs.includes(input) && columns.includes(input));
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
  return `\`${cell(text)}\``;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
