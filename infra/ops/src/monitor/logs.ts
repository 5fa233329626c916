import type {
  CloudWatchLogsClient,
  FilteredLogEvent,
  FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { isoTime } from '@pavio/core';
import { withAws } from '../aws.ts';

/** A crawl, as it said so itself. */
export interface CrawlStatus {
  readonly at: string;
  /** As `CrawlCompleted` of infra/lambda. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export interface LogLine {
  readonly at: string;
  /** The function, or the job on Spark. */
  readonly from: string;
  readonly level: string;
  readonly message: string;
}

const DAY = 86_400_000;
/** So far back the last crawl is looked for. */
const CRAWL_DAYS = 7;
/** Of each log group; a function that runs often has several at a time, and a job on Spark one a machine. */
const NEWEST_STREAMS = 3;
const FUNCTION_LOGS = '/aws/lambda/';
/** Of Glue's two groups: what our own programs print, and what Spark says of itself, at great length. */
const JOB_LOGS = /^\/aws-glue\/.*\/output$/;
const SPARK_LOGS = /^\/aws-glue\/.*\/error$/;
/** How Spark marks what is worth reading of it. */
const SPARK_FAILED = 'ERROR';

export interface CrawlSearch {
  /** Log groups of the deployment. */
  readonly groups: readonly string[];
  /** The deployment. */
  readonly name: string;
  readonly now: number;
}

/** The newest crawl that was completed in the last days; null where there was none. */
export async function lastCrawl(
  client: CloudWatchLogsClient,
  { groups, name, now }: CrawlSearch,
): Promise<CrawlStatus | null> {
  const { CRAWL_SAID } = await import('@pavio/lambda');
  const logGroupName = `${FUNCTION_LOGS}${name}-crawl`;
  if (!groups.includes(logGroupName)) return null;
  const said = await search(client, {
    logGroupName,
    filterPattern: `"${CRAWL_SAID}"`,
    startTime: now - CRAWL_DAYS * DAY,
  });
  const [newest] = said.toSorted((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
  if (newest === undefined) return null;
  const { level: _level, time: _time, msg: _msg, ...detail } = parsed(newest.message ?? '');
  return { at: isoTime(newest.timestamp ?? 0), detail: detail as CrawlStatus['detail'] };
}

export interface LogsOptions {
  /** Log groups of the deployment; only those of functions and of Spark are read. */
  readonly groups: readonly string[];
  /** How many lines. */
  readonly lines: number;
  /** When the last run of the pipeline began; null where there was none. */
  readonly since: string | null;
}

/**
 * The end of the logs of the functions and of the job on Spark, oldest line first; and what Spark itself calls an error, where
 * the last run of the pipeline was on Spark.
 */
export async function endOfLogs(
  client: CloudWatchLogsClient,
  { groups, lines, since }: LogsOptions,
): Promise<readonly LogLine[]> {
  const ours = groups.filter((group) => group.startsWith(FUNCTION_LOGS) || JOB_LOGS.test(group));
  const sparks = since === null ? [] : groups.filter((group) => SPARK_LOGS.test(group));
  const startTime = Date.parse(since ?? '');
  const read = await Promise.all([
    ...ours.map((group) => tailOf(client, group, lines)),
    ...sparks.map(async (logGroupName) => {
      const errors = await search(client, { logGroupName, filterPattern: SPARK_FAILED, startTime });
      return errors.map((event) => lineOf(logGroupName, event));
    }),
  ]);
  return read
    .flat()
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(-lines);
}

async function search(client: CloudWatchLogsClient, request: FilterLogEventsCommandInput): Promise<FilteredLogEvent[]> {
  const { paginateFilterLogEvents } = await import('@aws-sdk/client-cloudwatch-logs');
  return withAws(`search ${request.logGroupName}`, async () => {
    const found: FilteredLogEvent[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) found.push(...events);
    return found;
  });
}

async function tailOf(client: CloudWatchLogsClient, logGroupName: string, lines: number): Promise<LogLine[]> {
  const { DescribeLogStreamsCommand, GetLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  return withAws(`read ${logGroupName}`, async () => {
    const newest = { logGroupName, orderBy: 'LastEventTime', descending: true, limit: NEWEST_STREAMS } as const;
    const { logStreams = [] } = await client.send(new DescribeLogStreamsCommand(newest));
    const events = await Promise.all(
      logStreams.map(async ({ logStreamName }) => {
        const request = { logGroupName, logStreamName, startFromHead: false, limit: lines };
        return (await client.send(new GetLogEventsCommand(request))).events ?? [];
      }),
    );
    return events.flat().map((event) => lineOf(logGroupName, event));
  });
}

function lineOf(logGroupName: string, { timestamp = 0, message = '' }: FilteredLogEvent): LogLine {
  const { level = '', msg, type } = parsed(message) as Readonly<Record<string, string | undefined>>;
  const from = logGroupName.replace(/^\/(aws\/lambda|aws-glue)\//, '');
  return { at: isoTime(timestamp), from, level, message: (msg ?? type ?? message).trim() };
}

/** A line of a log as an object; empty where it is none. */
function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
