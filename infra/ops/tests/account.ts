import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';

/** Lets this process and those it starts find the account at the endpoint, and no other: no profile, no machine's role. */
export function useAccount(endpoint: string): void {
  const home = mkdtempSync(path.join(tmpdir(), 'pavio-home-'));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(home, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(home, 'credentials'),
  });
  signIn();
}

export function signIn(): void {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
}

export function signOut(): void {
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
}

type Template = Readonly<Record<string, unknown>>;

/** Where a deployment's alarms go. */
export function topicOf(name: string): string {
  return `arn:aws:sns:us-east-1:123456789012:${name}-data-Alarms`;
}

/** What the runs of it do. */
export const RUN = {
  StartAt: 'Failed',
  States: { Failed: { Type: 'Fail', Error: 'not_enough_data', Cause: 'There are too few candles.' } },
};

/** A deployment with the names and kinds of what the real one has, as far as a command looks at it. */
export function smallDeployment(name: string): Readonly<Record<string, Template>> {
  const group = (LogGroupName: string) => ({ Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName } });
  const logs = (part: string) => group(`/aws/lambda/${name}-${part}`);
  return {
    data: {
      Resources: { Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: `${name}-lake` } } },
      Outputs: {
        BucketName: { Value: { Ref: 'Lake' } },
        ProviderKeyArn: { Value: 'arn:of:the:key' },
        AlarmTopicArn: { Value: topicOf(name) },
      },
    },
    crawler: { Resources: { Logs: logs('crawl') } },
    pipeline: {
      Resources: {
        Logs: logs('train'),
        SparkLogs: group(`/aws-glue/${name}-spark/error`),
        JobLogs: group(`/aws-glue/${name}-spark/output`),
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: `${name}-pipeline`,
            RoleArn: 'arn:aws:iam::123456789012:role/pipeline',
            DefinitionString: JSON.stringify(RUN),
          },
        },
      },
    },
    api: { Resources: { Logs: logs('api') }, Outputs: { ApiUrl: { Value: 'https://api.example.com/prod/' } } },
    observability: {
      Resources: { Logs: logs('observability') },
      Outputs: { DashboardUrl: { Value: 'https://console.example.com/' } },
    },
  };
}

export async function createStacks(templates: Readonly<Record<string, Template>>, name: string): Promise<void> {
  const client = new CloudFormationClient({});
  for (const [part, template] of Object.entries(templates)) {
    const body = JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', ...template });
    await client.send(new CreateStackCommand({ StackName: `${name}-${part}`, TemplateBody: body }));
  }
  client.destroy();
}
