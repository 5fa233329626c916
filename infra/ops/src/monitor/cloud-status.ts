import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Clock, isoTime } from '@pavio/core';
import { awsOptions, withAws } from '../aws.ts';
import type { Environment } from '../command.ts';
import { type DeployedStack, needDeployed, outputsOf, type Part } from '../deployed.ts';

/** How a deployment on AWS is; what is in its lake is told by `readLakeStatus`. */
export interface CloudStatus {
  readonly deployment: string;
  readonly stacks: readonly Pick<DeployedStack, 'stack' | 'status' | 'updatedAt'>[];
  readonly outputs: Readonly<Record<string, string>>;
  /** The newest crawl that was completed in the last days, as it said so itself. */
  readonly crawl: { readonly at: string; readonly detail: CrawlDetail } | null;
  /** Runs of the pipeline, newest first. */
  readonly runs: readonly RunStatus[];
  readonly alarms: readonly AlarmStatus[];
  /** The end of the logs of all functions, oldest first. */
  readonly logs: readonly LogLine[];
}

/** As `CrawlCompleted` of infra/lambda. */
export type CrawlDetail = Readonly<Record<string, string | number>>;

export interface RunStatus {
  readonly name: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Of a run that did not succeed. */
  readonly error?: string;
}

export interface AlarmStatus {
  readonly name: string;
  readonly state: string;
  readonly since: string | null;
  readonly about: string;
}

export interface LogLine {
  readonly at: string;
  /** The function. */
  readonly from: string;
  readonly level: string;
  readonly message: string;
}

export interface CloudOptions {
  readonly name: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** Lines of the logs. */
  readonly lines: number;
}

const DAY = 86_400_000;
/** So far back the last crawl is looked for. */
const CRAWL_DAYS = 7;
const RUNS = 5;
/** Of each log group; a function that runs often has several at a time. */
const NEWEST_STREAMS = 3;
/** What the crawler says when it is done (infra/lambda/src/crawl.ts). */
const CRAWL_SAID = '"crawl completed"';
const FUNCTION_LOGS = '/aws/lambda/';

/** @throws PavioError `not_found` where there is no such deployment. */
export async function readCloudStatus({ name, env, clock, lines }: CloudOptions): Promise<CloudStatus> {
  const [formation, logs] = await Promise.all([
    import('@aws-sdk/client-cloudformation').then((sdk) => new sdk.CloudFormationClient(awsOptions(env))),
    import('@aws-sdk/client-cloudwatch-logs').then((sdk) => new sdk.CloudWatchLogsClient(awsOptions(env))),
  ]);
  try {
    const stacks = await needDeployed(formation, name);
    const named = async (type: string, ...parts: Part[]) => {
      const where = stacks.filter(({ part }) => parts.includes(part));
      return (await Promise.all(where.map(({ stack }) => physicalNames(formation, stack, type)))).flat();
    };
    const outputs = outputsOf(stacks);
    const [machines, groups] = await Promise.all([
      named('AWS::StepFunctions::StateMachine', 'pipeline'),
      named('AWS::Logs::LogGroup', 'crawler', 'pipeline', 'api'),
    ]);
    const functions = groups.filter((group) => group.startsWith(FUNCTION_LOGS));
    const [crawl, runs, alarms, tail] = await Promise.all([
      lastCrawl(
        logs,
        functions.find((group) => group === `${FUNCTION_LOGS}${name}-crawl`),
        clock.now(),
      ),
      Promise.all(machines.map((machine) => newestRuns(env, machine))),
      readAlarms(env, outputs['AlarmTopicArn']),
      Promise.all(functions.map((group) => tailOf(logs, group, lines))),
    ]);
    return {
      deployment: name,
      stacks: stacks.map(({ stack, status, updatedAt }) => ({ stack, status, updatedAt })),
      outputs,
      crawl,
      runs: runs.flat(),
      alarms,
      logs: tail
        .flat()
        .sort((a, b) => a.at.localeCompare(b.at))
        .slice(-lines),
    };
  } finally {
    formation.destroy();
    logs.destroy();
  }
}

async function physicalNames(client: CloudFormationClient, stack: string, type: string): Promise<string[]> {
  const { paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  return withAws(`list what is in ${stack}`, async () => {
    const names: string[] = [];
    for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
      for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (ResourceType === type && PhysicalResourceId !== undefined) names.push(PhysicalResourceId);
      }
    }
    return names;
  });
}

async function lastCrawl(
  client: CloudWatchLogsClient,
  logGroupName: string | undefined,
  now: number,
): Promise<CloudStatus['crawl']> {
  if (logGroupName === undefined) return null;
  const { paginateFilterLogEvents } = await import('@aws-sdk/client-cloudwatch-logs');
  return withAws(`search ${logGroupName}`, async () => {
    const request = { logGroupName, filterPattern: CRAWL_SAID, startTime: now - CRAWL_DAYS * DAY };
    let newest: { readonly timestamp: number; readonly message: string } | undefined;
    for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) {
      for (const { timestamp = 0, message = '' } of events) {
        if (timestamp >= (newest?.timestamp ?? 0)) newest = { timestamp, message };
      }
    }
    if (newest === undefined) return null;
    const { level: _level, time: _time, msg: _msg, ...detail } = parsed(newest.message);
    return { at: isoTime(newest.timestamp), detail: detail as CrawlDetail };
  });
}

async function newestRuns(env: Environment, stateMachineArn: string): Promise<RunStatus[]> {
  const { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } = await import('@aws-sdk/client-sfn');
  const client = new SFNClient(awsOptions(env));
  try {
    return await withAws('list the runs of the pipeline', async () => {
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: RUNS }));
      return Promise.all(
        executions.map(async ({ name = '', status = '', startDate, stopDate, executionArn }) => {
          const run = { name, status, startedAt: timeOf(startDate), endedAt: timeOf(stopDate) };
          if (status === 'RUNNING' || status === 'SUCCEEDED') return run;
          const { error = status, cause = '' } = await client.send(new DescribeExecutionCommand({ executionArn }));
          return { ...run, error: `${error}: ${cause}`.replace(/: $/, '') };
        }),
      );
    });
  } finally {
    client.destroy();
  }
}

/** Those that tell the topic of the deployment. */
async function readAlarms(env: Environment, topic: string | undefined): Promise<AlarmStatus[]> {
  if (topic === undefined) return [];
  const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(awsOptions(env));
  try {
    const { MetricAlarms = [] } = await withAws('look at the alarms', () =>
      client.send(new DescribeAlarmsCommand({ ActionPrefix: topic, MaxRecords: 100 })),
    );
    return MetricAlarms.map(({ AlarmName = '', StateValue = '', StateUpdatedTimestamp, AlarmDescription = '' }) => {
      return { name: AlarmName, state: StateValue, since: timeOf(StateUpdatedTimestamp), about: AlarmDescription };
    });
  } finally {
    client.destroy();
  }
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
    return events.flat().map(({ timestamp = 0, message = '' }) => {
      const { level = '', msg, type } = parsed(message) as Readonly<Record<string, string | undefined>>;
      const from = logGroupName.slice(FUNCTION_LOGS.length);
      return { at: isoTime(timestamp), from, level, message: (msg ?? type ?? message).trim() };
    });
  });
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

function timeOf(date: Date | undefined): string | null {
  return date === undefined ? null : isoTime(date.getTime());
}
