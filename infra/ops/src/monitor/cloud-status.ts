import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type Clock, isoTime } from '@pavio/core';
import { awsOptions, withAws } from '../aws.ts';
import type { Environment } from '../command.ts';
import { type DeployedStack, needDeployed, outputsOf, type Part } from '../deployed.ts';
import { type CrawlStatus, endOfLogs, type LogLine, lastCrawl } from './logs.ts';

/** How a deployment on AWS is; what is in its lake is told by `readLakeStatus`. */
export interface CloudStatus {
  readonly deployment: string;
  readonly stacks: readonly Pick<DeployedStack, 'stack' | 'status' | 'updatedAt'>[];
  readonly outputs: Readonly<Record<string, string>>;
  /** The newest crawl that was completed in the last days. */
  readonly crawl: CrawlStatus | null;
  /** Runs of the pipeline, newest first. */
  readonly runs: readonly RunStatus[];
  readonly alarms: readonly AlarmStatus[];
  /** The end of the logs of all functions, and of Spark where it ran; oldest first. */
  readonly logs: readonly LogLine[];
}

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

export interface CloudOptions {
  readonly name: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** Lines of the logs. */
  readonly lines: number;
}

const RUNS = 5;

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
    const [crawl, runs, alarms] = await Promise.all([
      lastCrawl(logs, { groups, name, now: clock.now() }),
      Promise.all(machines.map((machine) => newestRuns(env, machine))).then((each) => each.flat()),
      readAlarms(env, outputs['AlarmTopicArn']),
    ]);
    const tail = await endOfLogs(logs, { groups, lines, since: runs[0]?.startedAt ?? null });
    return {
      deployment: name,
      stacks: stacks.map(({ stack, status, updatedAt }) => ({ stack, status, updatedAt })),
      outputs,
      crawl,
      runs,
      alarms,
      logs: tail,
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

function timeOf(date: Date | undefined): string | null {
  return date === undefined ? null : isoTime(date.getTime());
}
