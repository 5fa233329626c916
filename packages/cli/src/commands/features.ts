import { featureList, LIST_COLUMNS } from '@pavio/features';
import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { chooseStored } from '../market.ts';
import { describeFeatures } from '../reports/features.ts';
import { renderTable } from '../table.ts';

export const featuresCommand: Command<{ list?: true }> = {
  name: 'features',
  summary: 'Compute the features of the stored candles',
  usesCandles: true,
  configure: (program) =>
    program.option('--list', 'list all features: formula, lookback and memory (their warm-up), source, and exit'),
  async run({ workspace, console, options }) {
    if (options.list === true) {
      const features = featureList(workspace.config.interval);
      const columns = LIST_COLUMNS.map(({ title, cell, isNumber }) => ({
        title,
        cell,
        align: isNumber === true ? ('right' as const) : ('left' as const),
      }));
      console.result(features, renderTable(features, columns));
      return;
    }
    const report = await new Cycle(workspace, console).features(await chooseStored(workspace));
    console.result(report, describeFeatures(report));
  },
};
