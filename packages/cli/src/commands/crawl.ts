import { incompleteError } from '@pavio/crawler';
import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { chooseCrawl } from '../market.ts';
import { describeCrawl } from '../reports/crawl.ts';

export const crawlCommand: Command = {
  name: 'crawl',
  summary: 'Fetch the candles that are missing',
  usesCandles: true,
  details:
    'Continues from the newest stored candle, and back to --start. What was fetched is kept when it is stopped or fails; ' +
    'run it again to continue. Exit code 3: something is still missing, the report says what.',
  async run({ workspace, console, signal }) {
    const report = await new Cycle(workspace, console).crawl(await chooseCrawl(workspace, signal), signal);
    console.result(report, describeCrawl(report));
    const missing = incompleteError(report);
    if (missing !== undefined) throw missing;
  },
};
