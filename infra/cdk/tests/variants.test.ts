import { describe, expect, it } from 'vitest';
import { only, outputOf, resourcesOf, synthesize } from './deployment.ts';
import { text } from './permissions.ts';

const VERSION = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('another deployment', () => {
  const settings = {
    'pavio:name': 'pavio-hourly',
    'pavio:interval': '1h',
    'pavio:crawlSchedule': 'rate(1 hour)',
    'pavio:crawlReserved': 'false',
    'pavio:crawlSilenceHours': '3',
    'pavio:waf': 'true',
    'pavio:apiKeyVersion': VERSION,
    'pavio:alarmEmail': 'somebody@example.com',
    'pavio:logDays': '7',
    'pavio:logLevel': 'debug',
  };
  const env = { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'eu-west-1' };
  const { templates } = synthesize({ settings, env });

  it('has names of its own, so that both fit into one account', () => {
    only(() => templates.Crawler, 'AWS::Lambda::Function', { FunctionName: 'pavio-hourly-crawl' });
    only(() => templates.Pipeline, 'AWS::StepFunctions::StateMachine', { StateMachineName: 'pavio-hourly-pipeline' });
    const named = JSON.stringify(Object.values(templates).map((template) => template.toJSON()));
    expect(named).not.toMatch(/"pavio-(?!hourly)/);
  });

  it('is set up as asked', () => {
    const { Properties } = only(() => templates.Crawler, 'AWS::Scheduler::Schedule');
    expect(Properties.ScheduleExpression).toBe('rate(1 hour)');
    for (const part of ['Crawler', 'Pipeline', 'Api'] as const) {
      for (const { Properties } of resourcesOf(templates[part], 'AWS::Lambda::Function')) {
        expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
        expect(Properties.Environment.Variables).toMatchObject({ PAVIO_INTERVAL: '1h', PAVIO_LOG_LEVEL: 'debug' });
      }
      for (const { Properties } of resourcesOf(templates[part], 'AWS::Logs::LogGroup')) {
        expect(Properties.RetentionInDays).toBe(7);
      }
    }
    const { EvaluationPeriods } = only(() => templates.Observability, 'AWS::CloudWatch::Alarm', {
      AlarmName: 'pavio-hourly-crawl-missing',
    }).Properties;
    expect(EvaluationPeriods).toBe(3);
  });

  it('tells somebody of alarms', () => {
    const { Properties } = only(() => templates.Data, 'AWS::SNS::Subscription');
    expect(Properties).toMatchObject({ Protocol: 'email', Endpoint: 'somebody@example.com' });
    expect(text(Properties.TopicArn)).toBe('<Alarms>');
  });

  it('has a firewall before the stage', () => {
    const { Properties } = only(() => templates.Api, 'AWS::WAFv2::WebACL');
    expect(Properties).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const names = (Properties.Rules as { Name: string }[]).map(({ Name }) => Name);
    expect(names).toEqual([
      'rate',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
    ]);
    const association = only(() => templates.Api, 'AWS::WAFv2::WebACLAssociation').Properties;
    expect(text(association.ResourceArn)).toMatch(/\/restapis\/<RestApi>\/stages\/<RestApiDeploymentStageprod>$/);
  });

  it('logs what the firewall blocks, without keys, into a group that ends', () => {
    const logging = only(() => templates.Api, 'AWS::WAFv2::LoggingConfiguration');
    const [[id, group] = ['', undefined]] = Object.entries(
      templates.Api.findResources('AWS::Logs::LogGroup', {
        Properties: { LogGroupName: 'aws-waf-logs-pavio-hourly-api' },
      }),
    );
    expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 7 } });
    expect(logging.DependsOn).toContain(id);
    const { ResourceArn, LogDestinationConfigs, RedactedFields, LoggingFilter } = logging.Properties;
    expect(text(ResourceArn)).toBe('<Firewall>');
    expect(LogDestinationConfigs.map(text)).toEqual([
      'arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-pavio-hourly-api',
    ]);
    expect(RedactedFields).toEqual([{ SingleHeader: { Name: 'x-api-key' } }]);
    expect(LoggingFilter).toEqual({
      DefaultBehavior: 'DROP',
      Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
    });
  });

  it('takes the value of the key that was named', () => {
    const { Value } = only(() => templates.Api, 'AWS::ApiGateway::ApiKey').Properties;
    expect(text(Value)).toBe(`{{resolve:secretsmanager:<Key>:SecretString:::${VERSION}}}`);
  });

  it('knows its region', () => {
    expect(text(outputOf(templates.Observability, 'DashboardUrl'))).toMatch(/^https:\/\/eu-west-1\.console/);
  });
});
