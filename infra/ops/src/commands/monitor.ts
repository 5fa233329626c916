import { statSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConsoleLogger, openWorkspace, readConfig } from '@pavio/cli';
import { type Config, PavioError, parseDuration } from '@pavio/core';
import { InvalidArgumentError } from 'commander';
import type { OpsCommand, OpsContext } from '../command.ts';
import { readCloudStatus } from '../monitor/cloud-status.ts';
import { readLakeStatus } from '../monitor/lake-status.ts';
import { describeCloud, describeLake } from '../monitor/report.ts';
import { nameOf, withName } from '../options.ts';

interface MonitorOptions {
  readonly name?: string;
  readonly lake?: string;
  readonly lines: number;
  readonly watch?: string | true;
}

type MonitorContext = OpsContext<MonitorOptions>;

const USUAL_WATCH = '10s';
const CLEAR = '\x1b[2J\x1b[H';

export const monitorCommand: OpsCommand<MonitorOptions> = {
  name: 'monitor',
  summary: 'Say how a deployment on AWS is, or a lake: last crawl, last run, live models, alarms, logs',
  details:
    'Without --lake it is about the deployment: its stacks, the last crawl, the last runs of the pipeline, alarms, the end ' +
    'of the logs of its functions and of Spark, and the lake behind it. With --lake it is about that lake alone, on this machine or on S3. It only reads.',
  configure: (program) =>
    withName(program)
      .option('--lake <FOLDER|s3://BUCKET>', 'a lake, instead of a deployment')
      .option('--lines <N>', 'lines of the logs', parseLines, 20)
      .option('--watch [DURATION]', `look again and again, every ${USUAL_WATCH} or as given`),
  async run(context) {
    const { console, options, signal, stdout } = context;
    const every = watchEvery(options.watch);
    for (;;) {
      const { value, text } = await look(context);
      const isRedrawn = every !== undefined && !console.isJson && stdout.isTTY === true;
      console.result(value, isRedrawn ? CLEAR + text : text);
      if (every === undefined) return;
      const isStopped = await sleep(every, false, { signal }).catch(() => true);
      if (isStopped) return;
    }
  },
};

async function look(context: MonitorContext): Promise<{ value: unknown; text: string }> {
  const { env, clock, options } = context;
  if (options.lake !== undefined) {
    const config = readConfig({ lake: options.lake }, env, process.cwd());
    refuseNowhere(config);
    const lake = await readLake(context, config);
    return { value: { lake }, text: describeLake(lake) };
  }
  const { lines } = options;
  const cloud = await readCloudStatus({ name: nameOf(options, env), env, clock, lines });
  const bucket = cloud.outputs['BucketName'];
  if (bucket === undefined) return { value: { cloud }, text: describeCloud(cloud) };
  // A database of this machine is none of the deployment.
  const config = { ...readConfig({ lake: `s3://${bucket}` }, env, process.cwd()), database: undefined };
  const lake = await readLake(context, config);
  return { value: { cloud, lake }, text: `${describeCloud(cloud)}\n\n${describeLake(lake)}` };
}

/** @throws PavioError `not_found`: a name that was mistyped is not an empty lake. */
function refuseNowhere({ lake, database }: Config): void {
  if (database !== undefined || lake.includes('://')) return;
  if (statSync(lake, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new PavioError('not_found', `There is no folder ${lake}.`, {
    remedy: `Correct --lake, or fill it first: pnpm pavio run --lake ${lake}.`,
  });
}

async function readLake({ console, stderr, clock }: MonitorContext, config: Config) {
  const workspace = openWorkspace(config, createConsoleLogger(config.logLevel, stderr, console), clock);
  try {
    return await readLakeStatus(workspace);
  } finally {
    await workspace.close();
  }
}

/** Milliseconds; undefined: look once. */
function watchEvery(watch: MonitorOptions['watch']): number | undefined {
  if (watch === undefined) return undefined;
  const text = watch === true ? USUAL_WATCH : watch;
  const every = parseDuration(text);
  if (every !== undefined) return every;
  throw new PavioError('bad_usage', `--watch ${text} is not a duration.`, { remedy: 'Write it as 30s or 5m.' });
}

function parseLines(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
