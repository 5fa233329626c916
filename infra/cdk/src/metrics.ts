import { type METRICS, METRICS_NAMESPACE } from '@pavio/lambda';
import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** A metric of one of the functions. */
export function applicationMetric<Name extends keyof typeof METRICS>(
  service: Name,
  metricName: keyof (typeof METRICS)[Name] & string,
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
