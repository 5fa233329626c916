import { type FunctionName, METRICS_NAMESPACE } from '@pavio/lambda';
import { AssetHashType, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type FunctionProps,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { acknowledge } from './acknowledge.ts';
import type { FunctionBundle } from './artefacts.ts';
import { type DeploymentStack, REPLACEABLE } from './deployment.ts';
import { grantLake, LAKE_ACCESS } from './lake-access.ts';

export interface PavioFunctionProps
  extends Pick<
    FunctionProps,
    'environment' | 'reservedConcurrentExecutions' | 'onFailure' | 'retryAttempts' | 'maxEventAge'
  > {
  readonly description: string;
  readonly bundle: FunctionBundle;
  /** MiB. */
  readonly memory: number;
  readonly timeout: Duration;
  readonly bucket: IBucket;
}

/** One of the bundled entries on Lambda, with a role and a log group of its own. */
export class PavioFunction extends LambdaFunction {
  /** What it is called among its like. */
  readonly part: FunctionName;

  constructor(scope: DeploymentStack, part: FunctionName, props: PavioFunctionProps) {
    const { bundle, memory, bucket, environment, ...rest } = props;
    const id = part.charAt(0).toUpperCase() + part.slice(1);
    const { application, logDays } = scope.settings;
    const functionName = scope.named(part);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logDays,
      removalPolicy: REPLACEABLE,
    });
    // A role of our own: the one that the library makes has AWS's policy for the logs of all functions.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, `${id}Function`, {
      ...rest,
      functionName,
      code: Code.fromAsset(bundle.folder, { assetHash: bundle.hash, assetHashType: AssetHashType.CUSTOM }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      // Glue runs on x86 too: the same machine code computes the same last digit of a logarithm.
      architecture: Architecture.X86_64,
      memorySize: memory,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Lambda drops nothing of it: how much is logged says PAVIO_LOG_LEVEL alone.
      applicationLogLevelV2: ApplicationLogLevel.TRACE,
      tracing: Tracing.ACTIVE,
      environment: {
        BUCKET_NAME: bucket.bucketName,
        ...application,
        POWERTOOLS_SERVICE_NAME: part,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        ...environment,
      },
    });
    this.part = part;
    grantLake(bucket, role, LAKE_ACCESS[part]);
    acknowledge(role, 'IAM5[Resource::*]', 'X-Ray takes traces under no narrower resource than *.');
  }
}
