import { formatDuration, formatPercent, formatTime, renderTable } from '@pavio/cli';
import type { TrainingOutcome, Verdict } from '@pavio/core';
import type { AlarmStatus, CloudStatus } from './cloud-status.ts';
import type { LakeStatus } from './lake-status.ts';

const OUTCOMES: Readonly<Record<TrainingOutcome, string>> = {
  released: 'released',
  kept_back: 'kept back',
  nothing_new: 'nothing new',
  failed: 'FAILED',
};
const VERDICTS: Readonly<Record<Verdict, string>> = {
  beats_naive: 'beats naive',
  no_edge: 'no edge',
  inconclusive: 'inconclusive',
};
const NAMED_AT_MOST = 5;

/** A lake, for people. */
export function describeLake({ lake, candles, trainings, models, problem, forecasts }: LakeStatus): string {
  return [
    `Lake        ${lake}`,
    ...(candles.length === 0 ? ['Candles     none yet'] : candles.map(describeCandles)),
    ...(trainings.length === 0 ? ['Training    none yet'] : trainings.slice(0, 1).map(describeTraining)),
    problem === null ? describeModels(models) : `Models      cannot be read: ${problem}`,
    ...describeVerdicts(models),
    describeForecasts(forecasts),
  ].join('\n');
}

function describeCandles({ source, quote, interval, series, newest, behind }: LakeStatus['candles'][number]): string {
  const until = newest === null ? 'empty' : `newest ${when(newest)}`;
  const late = behind.length === 0 ? 'none is behind' : `${behind.length} behind (${listed(behind)})`;
  return `Candles     ${source} ${quote} ${interval}: ${series} series, ${until}, ${late}`;
}

function describeTraining({ lastStartedAt, seconds, outcome, reason }: LakeStatus['trainings'][number]): string {
  const took = formatDuration(seconds * 1000);
  return `Training    ${when(lastStartedAt)}, took ${took}: ${OUTCOMES[outcome]}. ${reason}`;
}

function describeModels(models: LakeStatus['models']): string {
  if (models === null) return 'Models      none live';
  const { version, ageDays, isPinned, isSimulated, learntUntil } = models;
  const marks = [isPinned ? 'PINNED' : '', isSimulated ? 'from SIMULATED candles' : ''].filter((mark) => mark !== '');
  const age = `${ageDays.toFixed(1)} days old, learnt until ${when(learntUntil)}`;
  return `Models      ${[version, age, ...marks].join(', ')}`;
}

function describeVerdicts(models: LakeStatus['models']): string[] {
  return Object.entries(models?.verdicts ?? {}).map(([name, { skill, verdict }]) => {
    return `              ${name.padEnd(15)} ${formatPercent(skill, { sign: true }).padStart(9)}  ${VERDICTS[verdict]}`;
  });
}

function describeForecasts(forecasts: LakeStatus['forecasts']): string {
  if (forecasts.length === 0) return 'Forecasts   none yet';
  const newest = forecasts
    .map(({ target }) => target)
    .sort()
    .at(-1) as string;
  const current = forecasts.filter(({ target }) => target === newest).map(({ symbol }) => symbol);
  return `Forecasts   newest for ${when(newest)}: ${listed(current)}; ${forecasts.length} assets have some`;
}

/** A deployment, for people. */
export function describeCloud({ deployment, stacks, outputs, crawl, runs, alarms, logs }: CloudStatus): string {
  const { ApiUrl, DashboardUrl } = outputs;
  const sick = stacks.filter(({ status }) => !/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status));
  const parts = [
    [
      `Deployment  ${deployment}: ${stacks.length} stacks, ${sick.length === 0 ? 'all as deployed' : sick.map(({ stack, status }) => `${stack} ${status}`).join(', ')}`,
      ...(ApiUrl === undefined ? [] : [`API         ${ApiUrl}`]),
      ...(DashboardUrl === undefined ? [] : [`Dashboard   ${DashboardUrl}`]),
      describeCrawl(crawl),
      ...(runs.length === 0 ? ['Runs        none yet'] : []),
      ...runs.map(
        ({ status, startedAt, endedAt, error }, index) =>
          `${index === 0 ? 'Runs' : ''.padEnd(4)}        ${status.padEnd(9)} ${startedAt === null ? '' : when(startedAt)}${endedAt === null ? '' : ` to ${when(endedAt)}`}${error === undefined ? '' : `  ${error}`}`,
      ),
      describeAlarms(alarms),
    ].join('\n'),
  ];
  if (logs.length > 0) {
    parts.push(
      renderTable(logs, [
        { title: 'logs', cell: ({ at }) => at },
        { title: 'from', cell: ({ from }) => from },
        { title: 'level', cell: ({ level }) => level },
        // The rest of it, where Spark and Python say where in the code, is told by --json.
        { title: 'message', cell: ({ message }) => message.split('\n', 1)[0] as string },
      ]),
    );
  }
  return parts.join('\n\n');
}

function describeCrawl(crawl: CloudStatus['crawl']): string {
  if (crawl === null) return 'Crawl       none completed in the last 7 days';
  const facts = ['assets', 'rows', 'added', 'corrected', 'missing'].flatMap((name) =>
    crawl.detail[name] === undefined ? [] : [`${name} ${crawl.detail[name]}`],
  );
  return `Crawl       completed ${when(crawl.at)}: ${facts.join(', ')}`;
}

function describeAlarms(alarms: readonly AlarmStatus[]): string {
  const off = alarms.filter(({ state }) => state === 'ALARM');
  if (off.length === 0) return `Alarms      none of ${alarms.length} is on`;
  return off
    .map(({ name, since, about }) => `ALARM       ${name}${since === null ? '' : ` since ${when(since)}`}: ${about}`)
    .join('\n');
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : '';
  return names.slice(0, NAMED_AT_MOST).join(', ') + more;
}

function when(iso: string): string {
  return formatTime(Date.parse(iso));
}
