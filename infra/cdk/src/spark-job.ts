import { Duration } from 'aws-cdk-lib';
import { Code, GlueVersion, PySparkEtlJob, WorkerType } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { acknowledge } from './acknowledge.ts';
import { type DeploymentStack, REPLACEABLE } from './deployment.ts';
import { grantLake, LAKE_ACCESS } from './lake-access.ts';

/** What Spark needs from us, as files of this machine. */
export interface SparkFiles {
  /** The driver, in Python. */
  readonly script: string;
  /** Given to the driver as an argument each: `{ node: FILE }` as `--node s3://...`. */
  readonly shipped: Readonly<Record<string, string>>;
}

const LONGEST_RUN = Duration.hours(6);
/** 4 processors, 16 GB. */
const WORKER = WorkerType.G_1X;
export const WORKER_PROCESSORS = 4;

/**
 * The Glue job that computes features and trains when one machine is too small. It retries nothing by itself: the state
 * machine does, and knows what failed. Its arguments:
 *
 * - `--step features|train|tune` and `--input JSON`, of each run: the state of the pipeline, with the detail of `CrawlCompleted`;
 *   nothing in the pipeline tunes, it is started by hand
 * - `--conf`, which Glue takes itself: a setting of Spark, of a run that fits
 * - `--lake s3://BUCKET`
 * - `--environment JSON`: the settings of the application, as an object of environment variables (`PAVIO_INTERVAL` ...)
 * - the S3 address of each shipped file, under its name
 */
export class SparkJob extends PySparkEtlJob {
  constructor(stack: DeploymentStack, { bucket, files }: { readonly bucket: IBucket; readonly files: SparkFiles }) {
    const { settings } = stack;
    // From Glue 5.0 on a job has two groups of logs, and this is how they are named.
    const logs = `/aws-glue/${stack.named('spark')}`;
    const logGroups = ['error', 'output'].map((stream) => {
      return new LogGroup(stack, `SparkLogs-${stream}`, {
        logGroupName: `${logs}/${stream}`,
        retention: settings.logDays,
        removalPolicy: REPLACEABLE,
      });
    });
    const role = new Role(stack, 'SparkRole', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
    const shipped = Object.entries({ script: files.script, ...files.shipped }).map(([name, path]) => {
      return [name, new Asset(stack, `Spark-${name}`, { path })] as const;
    });
    const [[, script], ...others] = shipped as [[string, Asset], ...[string, Asset][]];
    super(stack, 'SparkJob', {
      jobName: stack.named('spark'),
      description: 'Features, training and the search for parameters on Spark',
      // The library would let the job read whatever lies in the bucket of the assets.
      role: role.withoutPolicyUpdates(),
      script: Code.fromBucket(script.bucket, script.s3ObjectKey),
      glueVersion: GlueVersion.V5_1,
      workerConfiguration: { workerType: WORKER, numberOfWorkers: settings.sparkWorkers },
      maxRetries: 0,
      maxConcurrentRuns: 1,
      timeout: LONGEST_RUN,
      // What Glue had before 5.0.
      continuousLogging: { enabled: false },
      defaultArguments: {
        '--lake': bucket.s3UrlForObject(),
        // Unlike Lambda, Glue does not promise to say in which region it is.
        '--environment': JSON.stringify({ ...settings.application, AWS_REGION: stack.region }),
        '--custom-logGroup-prefix': logs,
        ...Object.fromEntries(others.map(([name, asset]) => [`--${name}`, asset.s3ObjectUrl])),
      },
    });
    for (const logGroup of logGroups) logGroup.grantWrite(role);
    grantLake(bucket, role, LAKE_ACCESS.spark);
    role.addToPolicy(
      new PolicyStatement({
        // By an object of this name Glue's file system marks that there is a folder.
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        resources: [bucket.arnForObjects('features_$folder$')],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: shipped.map(([, asset]) => asset.bucket.arnForObjects(asset.s3ObjectKey)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': 'Glue' } },
      }),
    );
    acknowledge(this, 'GL1', 'CloudWatch encrypts log groups with a key of its own; the logs hold no secrets.');
    acknowledge(this, 'GL3', 'The job keeps no bookmarks.');
    acknowledge(
      role,
      'IAM5[Resource::*]',
      'CloudWatch takes metrics under no resource but *: held to the namespace Glue.',
    );
  }
}
