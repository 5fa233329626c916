import { featureSet } from '@pavio/features';
import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { chooseStored } from '../market.ts';
import { describeFeatures } from '../reports/features.ts';
import { renderTable } from '../table.ts';

export const featuresCommand: Command<{ list?: true }> = {
  name: 'features',
  summary: 'Compute the features of the stored candles',
  usesCandles: true,
  configure: (program) => program.option('--list', 'list all features with formula and warm-up, and exit'),
  async run({ workspace, console, options }) {
    if (options.list === true) {
      const { features } = featureSet(workspace.config.interval);
      console.result(
        features.map(({ compute: _kernel, ...description }) => description),
        renderTable(features, [
          { title: 'feature', cell: ({ name }) => name },
          { title: 'group', cell: ({ group }) => group },
          { title: 'model sees it', cell: ({ isInput }) => (isInput ? 'yes' : '') },
          { title: 'unit', cell: ({ unit }) => unit },
          { title: 'first row', align: 'right', cell: ({ lookback }) => String(lookback) },
          { title: 'formula', cell: ({ formula }) => formula },
        ]),
      );
      return;
    }
    const report = await new Cycle(workspace, console).features(await chooseStored(workspace));
    console.result(report, describeFeatures(report));
  },
};
