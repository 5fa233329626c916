import type { StackName } from './deployment.ts';
import type { Permissions } from './permissions.ts';

const LAKE = 'arn:<AWS::Partition>:s3:::<pavio-data BucketName>';
const ASSETS = 'arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>';

const TRACING = ['xray:PutTelemetryRecords on *', 'xray:PutTraceSegments on *'];

/** What every function may do, and what it may do with these folders of the lake. */
function functionIn(id: string, lake: LakePermissions, ...others: string[]): string[] {
  return [...logsOf(`${id}Logs`), ...TRACING, ...inLake(lake), ...others].sort();
}

interface LakePermissions {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly delete?: readonly string[];
}

function inLake(lake: LakePermissions): string[] {
  const { read = [], write = [] } = lake;
  return [
    `s3:ListBucket on ${LAKE}`,
    ...read.map((folder) => `s3:GetObject on ${LAKE}/${folder}/*`),
    ...write.flatMap((folder) => [
      `s3:PutObject on ${LAKE}/${folder}/*`,
      `s3:AbortMultipartUpload on ${LAKE}/${folder}/*`,
    ]),
    ...(lake.delete ?? []).map((folder) => `s3:DeleteObject on ${LAKE}/${folder}/*`),
  ];
}

function logsOf(group: string): string[] {
  return [`logs:CreateLogStream on <${group}>`, `logs:PutLogEvents on <${group}>`];
}

const JOB = 'arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:job/<SparkJob>';
const EVENTS = 'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default';
const MACHINE = 'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:pavio-pipeline';

/** Every permission of every role, by stack. Somebody who adds one adds it here, with a reason in the commit. */
export const PERMISSIONS: Readonly<Record<StackName, Permissions>> = {
  Data: {},
  Crawler: {
    CrawlRole: functionIn(
      'Crawl',
      { read: ['raw', 'models'], write: ['raw'] },
      `events:PutEvents on ${EVENTS} if events:source = pavio if events:detail-type = CrawlCompleted`,
      'lambda:InvokeFunction on <CrawlFunction>',
      'secretsmanager:GetSecretValue on <pavio-data ProviderKey>',
      'sqs:GetQueueAttributes on <DeadLetters>',
      'sqs:GetQueueUrl on <DeadLetters>',
      'sqs:SendMessage on <DeadLetters>',
    ),
    SchedulerRole: [
      'lambda:InvokeFunction on <CrawlFunction>',
      'lambda:InvokeFunction on <CrawlFunction>:*',
      'sqs:SendMessage on <DeadLetters>',
    ],
  },
  Pipeline: {
    FeaturesRole: functionIn('Features', {
      read: ['raw', 'features', 'models'],
      write: ['features'],
      delete: ['features'],
    }),
    TrainRole: functionIn('Train', {
      read: ['features', 'models', 'tuning', 'training_runs'],
      write: ['models', 'reports', 'training_runs'],
      delete: ['models', 'reports', 'training_runs'],
    }),
    SparkRole: [
      ...inLake({
        read: ['raw', 'features', 'models', 'tuning', 'training_runs', 'work'],
        write: ['features', 'models', 'reports', 'training_runs', 'tuning', 'work'],
        delete: ['features', 'models', 'reports', 'training_runs', 'work'],
      }),
      ...['Get', 'Put', 'Delete'].map((verb) => `s3:${verb}Object on ${LAKE}/features_$folder$`),
      ...logsOf('SparkLogserror'),
      ...logsOf('SparkLogsoutput'),
      'cloudwatch:PutMetricData on * if cloudwatch:namespace = Glue',
      // The script, Node and the bundle.
      ...Array<string>(3).fill(`s3:GetObject on ${ASSETS}/FILE`),
    ].sort(),
    PipelineRole: [
      `glue:BatchStopJobRun on ${JOB}`,
      `glue:GetJobRun on ${JOB}`,
      `glue:GetJobRuns on ${JOB}`,
      `glue:StartJobRun on ${JOB}`,
      'lambda:InvokeFunction on <FeaturesFunction>',
      'lambda:InvokeFunction on <FeaturesFunction>:*',
      'lambda:InvokeFunction on <TrainFunction>',
      'lambda:InvokeFunction on <TrainFunction>:*',
      'logs:CreateLogDelivery on *',
      'logs:DeleteLogDelivery on *',
      'logs:DescribeLogGroups on *',
      'logs:DescribeResourcePolicies on *',
      'logs:GetLogDelivery on *',
      'logs:ListLogDeliveries on *',
      'logs:PutResourcePolicy on *',
      'logs:UpdateLogDelivery on *',
      'sns:Publish on <pavio-data Alarms>',
      'sns:Publish on <pavio-data Runs>',
      `states:ListExecutions on ${MACHINE}`,
      'xray:GetSamplingRules on *',
      'xray:GetSamplingTargets on *',
      ...TRACING,
    ],
    PipelineEventsRole: ['states:StartExecution on <Pipeline>'],
  },
  Api: {
    ApiRole: functionIn(
      'Api',
      { read: ['raw', 'models', 'predictions', 'training_runs', 'reports'], write: ['predictions'] },
      'secretsmanager:GetSecretValue on <Key>',
    ),
    StartCrawlRole: ['lambda:InvokeFunction on <pavio-crawler CrawlFunction>'],
    StartPipelineRole: ['states:StartExecution on <pavio-pipeline Pipeline>'],
  },
  Observability: {},
};

function trust(service: string, ...roles: string[]): string[] {
  return roles.map((role) => `sts:AssumeRole on <${role}> by ${service}.amazonaws.com`);
}

/** What nobody may do without TLS. */
function overTls(action: string, ...resources: string[]): string[] {
  return resources.map((resource) => `Deny ${action} on ${resource} by * if aws:SecureTransport = false`);
}

const BUCKETS = ['Lake', 'AccessLogs'].flatMap((bucket) => [`<${bucket}>`, `<${bucket}>/*`]);
const ACCOUNT = '<AWS::Region>:<AWS::AccountId>';
const OURS = 'aws:SourceAccount = <AWS::AccountId>';
const STAGE = `arn:<AWS::Partition>:execute-api:${ACCOUNT}:<RestApi>/<RestApiDeploymentStageprod>`;

/** Whom roles trust, AWS's policies that they have, and what resources allow or deny by themselves, by stack. */
export const GRANTS: Readonly<Record<StackName, readonly string[]>> = {
  Data: [
    ...overTls('s3:*', ...BUCKETS),
    ...BUCKETS.map((resource) => `Deny s3:* on ${resource} by * if s3:TlsVersion < 1.2`),
    ...overTls('sns:Publish', '<Alarms>', '<Runs>'),
    `s3:PutObject on <AccessLogs>/lake/* by logging.s3.amazonaws.com if aws:SourceArn ~ <Lake> if ${OURS}`,
    `sns:Publish on <Alarms> by cloudwatch.amazonaws.com if ${OURS} if aws:SourceArn ~ arn:<AWS::Partition>:cloudwatch:${ACCOUNT}:alarm:pavio-*`,
  ].sort(),
  Crawler: [
    ...overTls('sqs:*', '<DeadLetters>'),
    ...trust('lambda', 'CrawlRole'),
    ...trust('scheduler', 'SchedulerRole'),
  ].sort(),
  Pipeline: [
    ...overTls('sqs:*', '<DeadLetters>'),
    'sqs:SendMessage on <DeadLetters> by events.amazonaws.com if aws:SourceArn = <CrawlCompleted>',
    ...trust('lambda', 'FeaturesRole', 'TrainRole'),
    ...trust('glue', 'SparkRole'),
    ...trust('events', 'PipelineEventsRole'),
    ...trust('states', 'PipelineRole').map(
      (line) => `${line} if aws:SourceArn ~ arn:<AWS::Partition>:states:${ACCOUNT}:stateMachine:* if ${OURS}`,
    ),
  ].sort(),
  Api: [
    ...['/*/', '/*/*', '/GET/reload', '/POST/reload'].map(
      (method) => `lambda:InvokeFunction on <ApiFunction> by apigateway.amazonaws.com from ${STAGE}${method}`,
    ),
    ...trust('lambda', 'ApiRole'),
    ...trust('apigateway', 'RestApiCloudWatchRole', 'StartCrawlRole', 'StartPipelineRole'),
    '<RestApiCloudWatchRole> has arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
  ].sort(),
  Observability: [],
};
