import { IMPORT_SOURCE } from '@pavio/core';
import { importFiles, incompleteError } from '@pavio/crawler';
import type { Command } from '../command.ts';
import { describeCrawl } from '../reports/crawl.ts';
import { describeTakeOver, takeOverLake } from '../take-over.ts';

export const importCommand: Command<{ fromLake?: true }> = {
  name: 'import',
  args: '[path...]',
  summary: 'Take over candles from CSV files or folders of them',
  details:
    'Files named SYMBOL-QUOTE-INTERVAL.csv (BTC-USDT-1d.csv) with the header time,open,high,low,close,volumefrom,volumeto ' +
    '(time in unix seconds), or the older raw.csv with many symbols. Where the name does not tell the quote or the interval, ' +
    'give --quote and --interval. The candles are kept apart under the source "import", or --source NAME.\n\n' +
    'With --from-lake the candles and forecasts of the lake come into the database (--database), under the source, quote ' +
    'and interval that they have there; what the database has already stays.',
  configure: (program) => program.option('--from-lake', 'take over what the lake holds into the database'),
  async run({ workspace, console, args, options }) {
    const { config, candles, clock, log } = workspace;
    if (options.fromLake === true) {
      const taken = await takeOverLake(workspace, console);
      return console.result(taken, describeTakeOver(taken));
    }
    const report = await importFiles({
      files: args,
      candles,
      clock,
      log,
      source: config.source === 'auto' ? IMPORT_SOURCE : config.source,
      interval: config.interval,
      ...(config.quote === 'auto' ? {} : { quote: config.quote }),
      onProgress: ({ done, total, file }) => console.progress('import', done, total, file),
    });
    console.result(report, describeCrawl(report));
    const missing = incompleteError(report);
    if (missing !== undefined) throw missing;
  },
};
