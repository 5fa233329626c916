import { formatCount, renderTable } from '@pavio/cli';
import { DEFAULT_ASSETS, type Interval, parseInterval } from '@pavio/core';
import { InvalidArgumentError } from 'commander';
import { readSettings } from '../cdk.ts';
import type { OpsCommand } from '../command.ts';
import { type BillLine, billOf, totalOf } from '../cost/bill.ts';
import { PRICES, PRICES_DATE, REGION } from '../cost/prices.ts';
import { type DemandOptions, demandOf, type Usage, usageOf } from '../cost/usage.ts';
import { withContext } from '../options.ts';

interface CostOptions extends Omit<DemandOptions, 'interval'> {
  readonly context?: readonly string[];
  readonly interval?: Interval;
}

export const costCommand: OpsCommand<CostOptions> = {
  name: 'cost',
  summary: 'Estimate the monthly bill of a deployment on AWS',
  details:
    `From the settings of the deployment and from what is asked of it; prices of ${REGION} on ` +
    `${PRICES_DATE}, without free tiers (infra/ops/src/cost/prices.ts has each with its page, measured.ts what durations rest on). ` +
    'Needs no account.',
  configure: (program) =>
    withContext(program)
      .option('--assets <N>', 'assets (those of PAVIO_ASSETS, else 20)', wholeFrom(1))
      .option('--interval <INTERVAL>', 'length of a candle (PAVIO_INTERVAL, else 1d)', (text) => parseInterval(text))
      .option('--requests <N>', 'requests to the API in a month (100000)', wholeFrom(0))
      .option(
        '--history <N>',
        'candles stored of each asset (what is crawled where nobody chose a start)',
        wholeFrom(1),
      )
      .option('--retrains <N>', 'runs of the pipeline a day (one after each crawl)', atLeast(0))
      .option('--months <N>', 'age of the deployment: storage grows (12)', atLeast(0)),
  async run({ console, env, clock, options: { context, ...given } }) {
    const settings = await readSettings(context, env);
    const { PAVIO_ASSETS, PAVIO_INTERVAL = '1d' } = settings.application;
    const assets = PAVIO_ASSETS?.split(',').length ?? DEFAULT_ASSETS.length;
    const chosen = { assets, interval: parseInterval(PAVIO_INTERVAL), ...given };
    const demand = demandOf(settings, chosen, clock.now());
    const usage = usageOf(settings, demand);
    const lines = billOf(settings, demand, usage);
    const value = { region: REGION, date: PRICES_DATE, demand, usage, lines, usd: totalOf(lines), prices: PRICES };
    const { interval, requests, history, retrains } = demand;
    const asked =
      `${formatCount(demand.assets)} assets, ${interval}, ${formatCount(history)} candles each (${formatCount(usage.rows)} rows), ` +
      `${formatCount(requests)} requests a month, ${retrains.toFixed(1)} trainings a day on ${usage.engine}`;
    console.result(
      value,
      [
        `${asked}; prices of ${REGION} on ${PRICES_DATE}, without free tiers.`,
        '',
        describeBill(lines),
        '',
        describeDrivers(lines, usage),
      ].join('\n'),
    );
  },
};

function describeBill(lines: readonly BillLine[]): string {
  const services = [...new Set(lines.map(({ service }) => service))].map((service) => {
    const own = lines.filter((line) => line.service === service).sort((a, b) => b.usd - a.usd);
    return { service, usd: totalOf(own), of: own.map(({ what, usd }) => `${what} ${formatUsd(usd)}`).join(', ') };
  });
  const rows = [...services.sort((a, b) => b.usd - a.usd), { service: 'total', usd: totalOf(lines), of: '' }];
  return renderTable(rows, [
    { title: 'service', cell: ({ service }) => service },
    { title: 'USD a month', align: 'right', cell: ({ usd }) => formatUsd(usd) },
    { title: 'of', cell: ({ of }) => of },
  ]);
}

const DRIVERS = 3;

/** What the bill goes up with. */
function describeDrivers(lines: readonly BillLine[], { seconds }: Usage): string {
  const total = totalOf(lines);
  const largest = [...lines].sort((a, b) => b.usd - a.usd).slice(0, DRIVERS);
  const named = largest.map(({ service, what, quantity, price, usd }) => {
    const count = quantity < 10 ? quantity.toFixed(2) : formatCount(quantity);
    const share = Math.round((usd / total) * 100);
    return `  ${share} %  ${service}, ${what}: ${count} x ${PRICES[price].usd} USD (${PRICES[price].unit})`;
  });
  const { crawl, features, train, request } = seconds;
  const times = `a crawl ${crawl.toFixed(0)} s, features ${features.toFixed(0)} s, training ${train.toFixed(0)} s, a request ${(request * 1000).toFixed(0)} ms`;
  return ['Most of it:', ...named, `Durations that it rests on: ${times}.`].join('\n');
}

/** Cents, and what is less than one as such. */
function formatUsd(usd: number): string {
  return usd > 0 && usd < 0.005 ? '< 0.01' : usd.toFixed(2);
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,12}$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    }
    return Number(text);
  };
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,12}(\.\d+)?$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`It must be a number from ${least}.`);
    }
    return Number(text);
  };
}
