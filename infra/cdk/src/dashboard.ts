import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryWidget,
  type MetricOptions,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Watched } from './alarms.ts';
import type { DeploymentStack } from './deployment.ts';
import { applicationMetric, triggered } from './metrics.ts';

const WIDTH = 24;
const THIRD = WIDTH / 3;
const HOUR = { period: Duration.hours(1) } as const;

/** One page that says whether candles come, models are trained, and the API answers. */
export function dashboard(
  stack: DeploymentStack,
  { crawler, pipeline, api }: Watched,
  alarms: readonly Alarm[],
): Dashboard {
  const { stateMachine } = pipeline;
  const stage = api.restApi.deploymentStage;
  const functions = [crawler.crawl, pipeline.features, pipeline.train, api.api];
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: THIRD });
  const latency = (statistic: string) => stage.metricLatency({ statistic, label: statistic });
  const each = (metric: 'metricErrors' | 'metricThrottles' | 'metricDuration', options?: MetricOptions) =>
    functions.map((lambda) => lambda[metric]({ ...options, label: lambda.part }));

  return new Dashboard(stack, 'Dashboard', {
    dashboardName: stack.named('overview'),
    defaultInterval: Duration.days(7),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 3 })],
      [
        graph(
          'Crawls',
          [applicationMetric('crawl', 'CandlesStored'), applicationMetric('crawl', 'AssetsMissing')],
          [triggered(pipeline.crawlCompleted.ruleName, { ...HOUR, label: 'Completed' })],
        ),
        graph('Runs', [
          stateMachine.metricStarted(HOUR),
          stateMachine.metricSucceeded(HOUR),
          stateMachine.metricFailed(HOUR),
        ]),
        new SingleValueWidget({
          title: 'Models',
          width: THIRD,
          height: 6,
          metrics: [
            applicationMetric('crawl', 'ModelAgeDays', { statistic: 'Maximum' }),
            applicationMetric('train', 'Skill', { statistic: 'Average' }),
          ],
        }),
      ],
      [
        graph('Feature rows', [applicationMetric('features', 'FeatureRows', { statistic: 'Maximum' })]),
        graph('Training, seconds', [applicationMetric('train', 'TrainingSeconds', { statistic: 'Maximum' })]),
        graph('Skill against the naive forecast', [applicationMetric('train', 'Skill', { statistic: 'Average' })]),
      ],
      [
        graph('Requests', [stage.metricCount()], [stage.metricClientError(), stage.metricServerError()]),
        graph('Latency, ms', [latency('p50'), latency('p99')]),
        graph('Forecasts', [applicationMetric('api', 'Predictions'), applicationMetric('api', 'Problems')]),
      ],
      [
        graph('Errors', each('metricErrors')),
        graph('Throttles', each('metricThrottles')),
        graph('Longest durations, ms', each('metricDuration', { statistic: 'Maximum' })),
      ],
      [
        graph(
          'Dead letters',
          [crawler, pipeline].map((part) => part.deadLetters.metricApproximateNumberOfMessagesVisible()),
        ),
        new LogQueryWidget({
          title: 'What went wrong lately',
          width: WIDTH - THIRD,
          logGroupNames: functions.map((lambda) => lambda.logGroup.logGroupName),
          queryLines: [
            'fields @timestamp, @log, @message',
            'filter level in ["error", "fatal", "ERROR", "FATAL"]',
            'sort @timestamp desc',
            'limit 20',
          ],
        }),
      ],
    ],
  });
}
