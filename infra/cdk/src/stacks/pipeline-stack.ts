import { CRAWL_COMPLETED } from '@pavio/lambda';
import { ArnFormat, Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeVersions } from '../acknowledge.ts';
import type { Artefacts } from '../artefacts.ts';
import { deadLetters } from '../dead-letters.ts';
import { DeploymentStack, type DeploymentStackProps, REPLACEABLE } from '../deployment.ts';
import { PavioFunction } from '../pavio-function.ts';
import { pipelineDefinition } from '../pipeline-definition.ts';
import { type SparkFiles, SparkJob } from '../spark-job.ts';
import type { DataStack } from './data-stack.ts';

export interface PipelineStackProps extends DeploymentStackProps {
  readonly data: DataStack;
  readonly bundles: Pick<Artefacts['bundles'], 'features' | 'train'>;
  readonly spark: SparkFiles;
}

const LONGEST_STEP = Duration.minutes(15);
/**
 * A run at its worst (both steps on Glue, each repeated twice, and every retry of the others: 42 hours), after waiting for one
 * like it. Step Functions ends a run of 25,000 events: a look whose turn it is makes nine of them, every two minutes.
 */
const LONGEST_RUN = Duration.hours(88);
const START_RETRIES = 10;
const LATEST_START = Duration.hours(2);

/** Features, then training, then the release, whenever a crawl has completed. */
export class PipelineStack extends DeploymentStack {
  readonly features: PavioFunction;
  readonly train: PavioFunction;
  readonly stateMachine: StateMachine;
  readonly deadLetters: Queue;
  /** Starts the state machine. */
  readonly crawlCompleted: Rule;

  constructor(scope: Construct, { data, bundles, spark, ...props }: PipelineStackProps) {
    super(scope, 'Pipeline', { description: 'Pavio: features, training, release', ...props });
    const { featuresMemory, trainMemory, sparkRows } = this.settings;
    const bucket = data.lakeFor(this);
    this.features = new PavioFunction(this, 'features', {
      description: 'Computes the feature table from raw/',
      bundle: bundles.features,
      memory: featuresMemory,
      timeout: LONGEST_STEP,
      bucket,
    });
    this.train = new PavioFunction(this, 'train', {
      description: 'Trains, judges and releases models from features/',
      bundle: bundles.train,
      memory: trainMemory,
      timeout: LONGEST_STEP,
      bucket,
    });

    const sparkJob = new SparkJob(this, { bucket, files: spark });
    const stateMachineName = this.named('pipeline');
    this.stateMachine = new StateMachine(this, 'Pipeline', {
      stateMachineName,
      definitionBody: DefinitionBody.fromChainable(
        pipelineDefinition(this, {
          features: this.features,
          train: this.train,
          glue: { job: sparkJob.jobName, rows: sparkRows },
          // By its name: its role cannot wait for it, as it waits for its role.
          stateMachineArn: this.formatArn({
            service: 'states',
            resource: 'stateMachine',
            resourceName: stateMachineName,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
          alarms: data.alarms,
          runs: data.runs,
        }),
      ),
      timeout: LONGEST_RUN,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: new LogGroup(this, 'PipelineLogs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: this.settings.logDays,
          removalPolicy: REPLACEABLE,
        }),
      },
      removalPolicy: REPLACEABLE,
    });

    acknowledge(
      this.stateMachine,
      'IAM5[Resource::*]',
      'X-Ray and the delivery of logs know no narrower resource than *.',
    );
    acknowledgeVersions(this.stateMachine, this.features);
    acknowledgeVersions(this.stateMachine, this.train);

    this.deadLetters = deadLetters(this);
    this.crawlCompleted = new Rule(this, 'CrawlCompleted', {
      ruleName: this.named('crawl-completed'),
      description: 'Starts the pipeline when a crawl has completed',
      eventPattern: {
        source: [CRAWL_COMPLETED.source],
        detailType: [CRAWL_COMPLETED.detailType],
        // Another deployment in this account says the same of its own.
        detail: { lake: [bucket.s3UrlForObject()] },
      },
      targets: [
        new SfnStateMachine(this.stateMachine, {
          input: RuleTargetInput.fromEventPath('$.detail'),
          deadLetterQueue: this.deadLetters,
          retryAttempts: START_RETRIES,
          maxEventAge: LATEST_START,
        }),
      ],
    });
  }
}
