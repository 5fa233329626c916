import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { METRICS_NAMESPACE } from './pavio-function.ts';

/** What the functions measure and write into their logs (EMF), by function. */
export const APPLICATION_METRICS = {
  crawl: ['CandlesStored', 'AssetsMissing'],
  features: ['FeatureRows'],
  train: ['TrainingSeconds', 'Skill', 'ModelAgeDays'],
  api: ['Predictions', 'Problems'],
} as const;

type Part = keyof typeof APPLICATION_METRICS;

/** A metric of one of the functions. */
export function applicationMetric<Name extends Part>(
  service: Name,
  metricName: (typeof APPLICATION_METRICS)[Name][number],
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    period: Duration.hours(1),
    statistic: 'Sum',
    ...options,
  });
}

/** How often a rule of EventBridge has started something. There is no value for the hours in which it has not. */
export function triggered(ruleName: string, options: MetricOptions): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    dimensionsMap: { RuleName: ruleName },
    statistic: 'Sum',
    ...options,
  });
}

/** The ways in which a run ends that is not a success. */
export function unsuccessful(stateMachine: StateMachine, options: MetricOptions): Metric[] {
  return [
    stateMachine.metricFailed(options),
    stateMachine.metricTimedOut(options),
    stateMachine.metricAborted(options),
  ];
}
