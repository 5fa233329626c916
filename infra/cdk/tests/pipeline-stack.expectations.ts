import { describe, expect, it } from 'vitest';
import { type Deployed, functionOf, only } from './deployment.ts';
import { text } from './permissions.ts';

export function pipelineStackExpectations({ Pipeline: pipeline }: Deployed): void {
  describe('the rule', () => {
    it('starts the pipeline when a crawl of this deployment has completed, with what is told of it', () => {
      const { EventPattern, Targets } = only(pipeline, 'AWS::Events::Rule').Properties;
      expect(EventPattern).toMatchObject({ source: ['pavio'], 'detail-type': ['CrawlCompleted'] });
      expect(EventPattern.detail.lake.map(text)).toEqual(['s3://<pavio-data BucketName>']);
      expect(Targets).toHaveLength(1);
      expect(Targets[0]).toMatchObject({
        InputPath: '$.detail',
        RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 7200 },
      });
      expect(text(Targets[0].Arn)).toBe('<Pipeline>');
      expect(text(Targets[0].DeadLetterConfig.Arn)).toBe('<DeadLetters>');
    });
  });

  describe('the functions', () => {
    it.each(['features', 'train'])('%s has 15 minutes', (part) => {
      expect(functionOf(pipeline, part).Properties).toMatchObject({ Timeout: 900, MemorySize: 3008 });
    });
  });

  describe('the state machine', () => {
    it('logs every step, and is traced', () => {
      const { Properties } = only(pipeline, 'AWS::StepFunctions::StateMachine');
      expect(Properties).toMatchObject({
        StateMachineName: 'pavio-pipeline',
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
        TracingConfiguration: { Enabled: true },
      });
    });
  });

  describe('the Spark job', () => {
    it('runs on Glue 5.1, once at a time, and leaves retries to the state machine', () => {
      expect(only(pipeline, 'AWS::Glue::Job').Properties).toMatchObject({
        Name: 'pavio-spark',
        GlueVersion: '5.1',
        MaxRetries: 0,
        ExecutionProperty: { MaxConcurrentRuns: 1 },
        WorkerType: 'G.1X',
        NumberOfWorkers: 3,
        Timeout: 360,
        Command: { Name: 'glueetl', PythonVersion: '3' },
      });
    });

    it('is told where the lake is, how the market is set up, and where the files are that it needs', () => {
      const { DefaultArguments } = only(pipeline, 'AWS::Glue::Job').Properties;
      expect(text(DefaultArguments['--lake'])).toBe('s3://<pavio-data BucketName>');
      expect(JSON.parse(text(DefaultArguments['--environment']))).toEqual({
        PAVIO_SOURCE: 'cryptocompare',
        PAVIO_LOG_LEVEL: 'info',
        AWS_REGION: '<AWS::Region>',
      });
      expect(text(DefaultArguments['--node'])).toMatch(/^s3:\/\/.*assets/);
      expect(text(DefaultArguments['--bundle'])).toMatch(/^s3:\/\/.*assets.*\.mjs$/);
    });

    it('logs into groups that are ours', () => {
      const { '--custom-logGroup-prefix': prefix } = only(pipeline, 'AWS::Glue::Job').Properties.DefaultArguments;
      for (const stream of ['error', 'output']) {
        const group = only(pipeline, 'AWS::Logs::LogGroup', { LogGroupName: `${prefix}/${stream}` });
        expect(group.Properties.RetentionInDays).toBe(30);
      }
    });
  });
}
