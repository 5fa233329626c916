import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { DeploymentStack } from './deployment.ts';
import { applicationMetric, triggered, unsuccessful } from './metrics.ts';
import type { ApiStack } from './stacks/api-stack.ts';
import type { CrawlerStack } from './stacks/crawler-stack.ts';
import type { PipelineStack } from './stacks/pipeline-stack.ts';

export interface Watched {
  readonly crawler: CrawlerStack;
  readonly pipeline: PipelineStack;
  readonly api: ApiStack;
}

interface AlarmOptions {
  readonly metric: IMetric;
  /** What is wrong, and where to look. */
  readonly about: string;
  /** The alarm goes off from this value on. */
  readonly from?: number;
  /** So many values in a row. */
  readonly times?: number;
}

const SOON = { period: Duration.minutes(5), statistic: 'Sum' } as const;
/** A call that found the crawler still at work comes again within minutes: only more than that is news. */
const THROTTLED_TIMES = 3;
const SLOW_TIMES = 3;

/** Every alarm of a deployment. They say so at the topic when they go off, and when it is over. */
export function alarms(stack: DeploymentStack, { crawler, pipeline, api }: Watched, topic: ITopic): Alarm[] {
  const { crawlSilenceHours, modelAgeDays, latencyMs } = stack.settings;
  const told = (alarm: Alarm): Alarm => {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  };
  const alarm = (name: string, { metric, about, from = 1, times = 1 }: AlarmOptions) =>
    told(
      new Alarm(stack, name, {
        alarmName: stack.named(name),
        alarmDescription: about,
        metric,
        threshold: from,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: times,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );

  const [failed, timedOut, aborted] = unsuccessful(pipeline.stateMachine, SOON);
  const functions = [crawler.crawl, pipeline.features, pipeline.train, api.api];
  return [
    alarm('run-failed', {
      metric: new MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: { failed: failed as IMetric, timedOut: timedOut as IMetric, aborted: aborted as IMetric },
        period: SOON.period,
        label: 'Runs that failed, timed out or were aborted',
      }),
      about: `A run of ${stack.named('pipeline')} did not succeed: look at its execution. The released models serve on.`,
    }),
    ...[crawler, pipeline].map((part) =>
      alarm(`${part.node.id.toLowerCase()}-dead-letters`, {
        metric: part.deadLetters.metricApproximateNumberOfMessagesVisible({ ...SOON, statistic: 'Maximum' }),
        about: `Something could not be handled: it lies in ${part.named(`${part.node.id.toLowerCase()}-dead-letters`)}.`,
      }),
    ),
    ...functions.flatMap((lambda) => [
      alarm(`${lambda.part}-errors`, {
        metric: lambda.metricErrors(SOON),
        about: `${stack.named(lambda.part)} ended with an error: look at its logs.`,
      }),
      alarm(`${lambda.part}-throttles`, {
        metric: lambda.metricThrottles(SOON),
        times: THROTTLED_TIMES,
        about: `${stack.named(lambda.part)} is not started often enough: the account's concurrency is used up.`,
      }),
    ]),
    alarm('api-5xx', {
      metric: api.restApi.deploymentStage.metricServerError(SOON),
      about: 'The API answered with a 5xx: look at its logs.',
    }),
    alarm('api-p99', {
      metric: api.restApi.deploymentStage.metricLatency({ period: SOON.period, statistic: 'p99' }),
      from: latencyMs,
      times: SLOW_TIMES,
      about: 'The slowest 1 % of requests take too long.',
    }),
    alarm('models-old', {
      metric: applicationMetric('crawl', 'ModelAgeDays', { period: Duration.days(1), statistic: 'Maximum' }),
      from: modelAgeDays,
      about: 'The released models are old: every candidate since was turned down, or none was trained.',
    }),
    told(
      new Alarm(stack, 'crawl-missing', {
        alarmName: stack.named('crawl-missing'),
        alarmDescription: `No crawl was completed for ${crawlSilenceHours} hours: look at the logs of ${stack.named('crawl')}.`,
        metric: triggered(pipeline.crawlCompleted.ruleName, { period: Duration.hours(1) }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: crawlSilenceHours,
        // Hours without the event have no value: all of them in a row are the alarm.
        treatMissingData: TreatMissingData.BREACHING,
      }),
    ),
  ];
}
