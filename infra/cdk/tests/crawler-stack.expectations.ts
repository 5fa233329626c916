import { describe, expect, it } from 'vitest';
import { type Deployed, functionOf, only } from './deployment.ts';
import { text } from './permissions.ts';

export function crawlerStackExpectations({ Crawler: crawler }: Deployed): void {
  describe('the schedule', () => {
    it('starts the crawler at 02:00 and 19:00 UTC', () => {
      expect(only(crawler, 'AWS::Scheduler::Schedule').Properties).toMatchObject({
        ScheduleExpression: 'cron(0 2,19 * * ? *)',
        ScheduleExpressionTimezone: 'Etc/UTC',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
      });
    });

    it('tries three times within two hours, and keeps what it could not start', () => {
      const { Target } = only(crawler, 'AWS::Scheduler::Schedule').Properties;
      expect(Target).toMatchObject({
        Input: '{}',
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 7200 },
      });
      expect(text(Target.Arn)).toBe('<CrawlFunction>');
      expect(text(Target.DeadLetterConfig.Arn)).toBe('<DeadLetters>');
    });
  });

  describe('the crawler', () => {
    it('runs once at a time, for 15 minutes at most', () => {
      expect(functionOf(crawler, 'crawl').Properties).toMatchObject({ ReservedConcurrentExecutions: 1, Timeout: 900 });
    });

    it('is repeated twice, and what failed for good is kept', () => {
      const { Properties } = only(crawler, 'AWS::Lambda::EventInvokeConfig');
      expect(Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 7200 });
      expect(text(Properties.FunctionName)).toBe('<CrawlFunction>');
      expect(text(Properties.DestinationConfig.OnFailure.Destination)).toBe('<DeadLetters>');
    });

    it('knows where the key of the provider is, and not the key', () => {
      const { Variables } = functionOf(crawler, 'crawl').Properties.Environment;
      expect(text(Variables.CRYPTOCOMPARE_SECRET_ARN)).toBe('<pavio-data ProviderKey>');
      expect(Variables).not.toHaveProperty('CRYPTOCOMPARE_API_KEY');
      expect(Variables.PAVIO_SOURCE).toBe('cryptocompare');
    });
  });
}
