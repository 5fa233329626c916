import { incompleteError } from '@pavio/crawler';
import { storeReport } from '@pavio/training';
import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { summarizeCrawl } from '../reports/crawl.ts';
import { summarizeFeatures } from '../reports/features.ts';
import { describeTraining } from '../reports/training.ts';

export const runCommand: Command<{ crawl: boolean; report: boolean }> = {
  name: 'run',
  summary: 'One cycle: crawl, features, train, release; then exit',
  usesCandles: true,
  details: 'Imported candles are not crawled. Exit code 3: released, but the crawl could not get everything.',
  configure: (program) =>
    program
      .option('--no-crawl', 'work on the candles that are stored')
      .option('--no-report', 'store no page with plots'),
  async run({ workspace, console, signal, options }) {
    const report = await new Cycle(workspace, console).run({ isCrawling: options.crawl, signal });
    const { crawl, features, training } = report;
    const page =
      training !== undefined && options.report ? await storeReport(workspace.store, training.manifest) : undefined;
    const lines = [
      ...(report.isSimulated ? ['SIMULATED MARKET: every number below comes from made-up candles.', ''] : []),
      `Crawl       ${crawl === undefined ? `nothing fetched, stored candles of ${report.source}` : summarizeCrawl(crawl)}`,
      ...(features === undefined ? [] : [`Features    ${summarizeFeatures(features)}`]),
      ...(training === undefined ? [] : [describeTraining(training)]),
      ...(page === undefined ? [] : ['', `Report with plots: ${page}`]),
    ];
    console.result({ ...report, report: page }, lines.join('\n'));
    const missing = crawl === undefined ? undefined : incompleteError(crawl);
    if (missing !== undefined) throw missing;
  },
};
