import { METRICS } from '@pavio/lambda';
import { describe, expect, it } from 'vitest';
import { type Deployed, only, outputOf, resourcesOf } from './deployment.ts';
import { text } from './permissions.ts';

const PARTS = ['crawl', 'features', 'train', 'api'];

export function observabilityStackExpectations(deployed: Deployed): void {
  const { Observability: observability } = deployed;
  const alarm = (name: string) =>
    only(observability, 'AWS::CloudWatch::Alarm', { AlarmName: `pavio-${name}` }).Properties;

  describe('alarms', () => {
    it('are these', () => {
      const names = resourcesOf(observability(), 'AWS::CloudWatch::Alarm').map(
        ({ Properties }) => Properties.AlarmName as string,
      );
      expect(names.sort()).toEqual(
        [
          ...PARTS.flatMap((part) => [`pavio-${part}-errors`, `pavio-${part}-throttles`]),
          'pavio-api-5xx',
          'pavio-api-p99',
          'pavio-crawl-missing',
          'pavio-crawler-dead-letters',
          'pavio-models-old',
          'pavio-pipeline-dead-letters',
          'pavio-run-failed',
        ].sort(),
      );
    });

    it('say so at the topic when they go off and when it is over, in words', () => {
      for (const { Properties } of resourcesOf(observability(), 'AWS::CloudWatch::Alarm')) {
        for (const actions of [Properties.AlarmActions, Properties.OKActions]) {
          expect(actions.map(text)).toEqual(['<pavio-data Alarms>']);
        }
        expect(Properties.AlarmDescription).toMatch(/\.$/);
      }
    });

    it('go off at the first run that failed, timed out or was aborted', () => {
      const { Metrics, ...rest } = alarm('run-failed');
      expect(rest).toMatchObject({
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
      const used = (Metrics as { MetricStat?: { Metric: { MetricName: string } } }[]).flatMap(
        ({ MetricStat }) => MetricStat?.Metric.MetricName ?? [],
      );
      expect(used.sort()).toEqual(['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut']);
    });

    it.each(['crawler', 'pipeline'])('go off at the first dead letter of the %s', (part) => {
      expect(alarm(`${part}-dead-letters`)).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 1,
        Statistic: 'Maximum',
      });
    });

    it.each(PARTS)('go off at the first error of %s, and when it is throttled for a quarter of an hour', (part) => {
      expect(alarm(`${part}-errors`)).toMatchObject({ MetricName: 'Errors', Threshold: 1, EvaluationPeriods: 1 });
      expect(alarm(`${part}-throttles`)).toMatchObject({
        MetricName: 'Throttles',
        Threshold: 1,
        Period: 300,
        EvaluationPeriods: 3,
      });
    });

    it('go off when the API is slow, or fails', () => {
      expect(alarm('api-p99')).toMatchObject({ MetricName: 'Latency', ExtendedStatistic: 'p99', Threshold: 3000 });
      expect(alarm('api-5xx')).toMatchObject({ MetricName: '5XXError', Threshold: 1 });
    });

    it('go off when no crawl has come for 20 hours: hours without a value count', () => {
      expect(alarm('crawl-missing')).toMatchObject({
        Namespace: 'AWS/Events',
        MetricName: 'TriggeredRules',
        Period: 3600,
        EvaluationPeriods: 20,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      });
    });

    it('go off when the released models are a month old', () => {
      expect(alarm('models-old')).toMatchObject({
        Namespace: 'Pavio',
        MetricName: 'ModelAgeDays',
        Dimensions: [{ Name: 'service', Value: 'crawl' }],
        Threshold: 30,
        Statistic: 'Maximum',
      });
    });
  });

  describe('the dashboard', () => {
    it('shows every metric of the application', () => {
      const body = text(only(observability, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
      for (const [service, metrics] of Object.entries(METRICS)) {
        for (const name of Object.keys(metrics)) {
          expect(body).toContain(`["Pavio","${name}","service","${service}"`);
        }
      }
    });

    it('has an address', () => {
      expect(text(outputOf(observability(), 'DashboardUrl'))).toMatch(/#dashboards\/dashboard\//);
    });
  });

  describe('logs', () => {
    it.each(PARTS)('of %s are JSON, kept for a month, and go with the stack', (part) => {
      const stack = { crawl: 'Crawler', features: 'Pipeline', train: 'Pipeline', api: 'Api' } as const;
      const template = deployed[stack[part as keyof typeof stack]];
      const group = only(template, 'AWS::Logs::LogGroup', { LogGroupName: `/aws/lambda/pavio-${part}` });
      expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
      const { LoggingConfig, TracingConfig } = only(template, 'AWS::Lambda::Function', {
        FunctionName: `pavio-${part}`,
      }).Properties;
      // The application says how much is logged; Lambda drops nothing of it.
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', ApplicationLogLevel: 'TRACE' });
      expect(LoggingConfig.LogGroup).toHaveProperty('Ref');
      expect(TracingConfig).toEqual({ Mode: 'Active' });
    });
  });
}
