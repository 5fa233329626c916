import { PavioError } from '@pavio/core';
import type { Predictor } from '@pavio/prediction';
import type { Command, CommandContext } from '../command.ts';
import type { CycleReport } from '../cycle.ts';
import { formatDuration, formatTime, timeOfDay } from '../format.ts';
import { openBrowser } from '../open-browser.ts';
import { openPredictor } from '../predictor.ts';
import { startScheduler } from '../scheduler.ts';
import { describeServer, serve, untilAborted } from '../serving.ts';

interface UpOptions {
  readonly crawl: boolean;
  readonly open?: true;
}

export const upCommand: Command<UpOptions> = {
  name: 'up',
  summary:
    'All of it on this machine: cycles of crawl, features, training and forecasts on a schedule, the API and the page',
  usesCandles: true,
  details: 'API and page answer from the start; forecasts come with the first release. Ctrl-C stops.',
  configure: (program) =>
    program
      .option('--no-crawl', 'work on the candles that are stored')
      .option('--open', 'open the page in the browser'),
  async run(context) {
    const { workspace, console, signal, options, stderr } = context;
    const { config, log, store, database } = workspace;
    const predictor = openPredictor(workspace);
    const server = await serve(workspace, predictor);
    console.line(
      `Pavio works in ${store.url}${database === undefined ? '' : ` and ${database.name}`}, looks for new candles every ${formatDuration(config.every)}\n\n` +
        `${describeServer(server)}\n\nCtrl-C stops.\n`,
    );
    if (options.open === true) openBrowser(`${server.url}/`);

    const final = Promise.withResolvers<never>();
    let announcing = Promise.resolve();
    const scheduler = startScheduler({
      config,
      isCrawling: options.crawl,
      isJson: console.isJson,
      stderr,
      onMessage(message) {
        if (message.kind === 'cycle') {
          announcing = announcing
            .then(() => announce(context, predictor, message.report))
            .catch((error: unknown) => log.error({ err: error }, 'The forecasts of this cycle could not be made.'));
        } else if (message.isFinal) {
          final.reject(new PavioError(message.code, message.sentence));
        } else {
          log.error({ code: message.code }, `This cycle failed: ${message.sentence} The next one tries again.`);
        }
      },
    });
    try {
      await Promise.race([untilAborted(signal), scheduler.ended, final.promise]);
    } finally {
      await scheduler.stop();
      await announcing;
      await server.close();
    }
    console.line('Stopped.');
  },
};

/** Makes and logs the forecasts that follow from a cycle, if it had anything new. */
async function announce(
  { console }: CommandContext<UpOptions>,
  predictor: Predictor,
  { training }: CycleReport,
): Promise<void> {
  if (training === undefined) return;
  await predictor.refresh();
  const forecasts = await forecastAll(predictor);
  const targets = [...new Set(forecasts.map(({ targetTime }) => formatTime(targetTime)))].join(', ');
  const simulated = training.manifest.isSimulated ? ' (SIMULATED)' : '';
  console.line(`${timeOfDay()} forecast  ${forecasts.length} assets${simulated}, candle of ${targets}`);
}

/** Forecasts of all assets; one that cannot be forecast yet is left out. */
async function forecastAll(predictor: Predictor) {
  const forecasts = [];
  for (const { symbol } of await predictor.assets()) {
    try {
      forecasts.push(await predictor.forecast(symbol));
    } catch (error) {
      if (!(error instanceof PavioError && error.code === 'not_enough_data')) throw error;
    }
  }
  return forecasts;
}
