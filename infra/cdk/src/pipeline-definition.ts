import { ERRORS } from '@pavio/core';
import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  Chain,
  Choice,
  Condition,
  Fail,
  IntegrationPattern,
  JitterType,
  JsonPath,
  type RetryProps,
  TaskInput,
  type TaskStateBase,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService, GlueStartJobRun, LambdaInvoke, SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface PipelineSteps {
  readonly features: IFunction;
  readonly train: IFunction;
  readonly glueJob: string;
  /** Rows from which Glue does the work. */
  readonly sparkRows: number;
  /** Of the state machine itself. */
  readonly stateMachineArn: string;
  readonly alarms: ITopic;
  readonly runs: ITopic;
}

/** Between two looks whose turn it is; the first wait lets runs that started together come to be listed. */
const TURN = Duration.seconds(30);
const LONGEST_LAMBDA = Duration.minutes(15);
const LONGEST_GLUE = Duration.hours(6);

/** What the service answers when it is the service that is in trouble, or too busy: soon over. */
const SERVICE_RETRY: RetryProps = {
  errors: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(2),
  maxAttempts: 5,
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
};

/** Errors of ours that may be gone when the same is done again; every step is idempotent. */
const OUR_RETRY: RetryProps = {
  errors: Object.entries(ERRORS)
    .filter(([, { retry }]) => retry)
    .map(([code]) => code),
  interval: Duration.seconds(30),
  maxAttempts: 3,
  backoffRate: 2,
  maxDelay: Duration.minutes(10),
  jitterStrategy: JitterType.FULL,
};

/** A call of one AWS service by Step Functions itself. */
const CALL_RETRY: RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.seconds(2),
  maxAttempts: 5,
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
};

/** A run of Glue that failed says no more than that: a lost executor, or a fault of ours that will come again. */
const GLUE_RETRY: RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.minutes(1),
  maxAttempts: 2,
  backoffRate: 2,
  maxDelay: Duration.minutes(10),
  jitterStrategy: JitterType.FULL,
};

/**
 * The states of the pipeline: wait for the turn, then features, training (which judges the candidate and releases it, or
 * not) and a note of what came of it. Input: the detail of the event `CrawlCompleted`, or `{}` when started by hand.
 *
 * One run at a time: the oldest of the running executions works, all younger ones wait. There is no lock that a killed run
 * could leave behind. The list of executions is eventually consistent, so two that start in the same instant might pass
 * together for all that; it costs double work and nothing else, for files and releases change by conditional writes only.
 */
export function pipelineDefinition(scope: Construct, steps: PipelineSteps): Chain {
  const failed = notifyFailed(scope, steps).next(
    new Fail(scope, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }),
  );
  const step = <Task extends TaskStateBase>(task: Task, ...retries: RetryProps[]): Task => {
    for (const retry of retries) task.addRetry(retry);
    task.addCatch(failed, { resultPath: '$.error' });
    return task;
  };
  const onLambda = (id: string, lambdaFunction: IFunction, result: string) =>
    step(
      new LambdaInvoke(scope, id, {
        lambdaFunction,
        payloadResponseOnly: true,
        resultPath: `$.${result}`,
        retryOnServiceExceptions: false,
        taskTimeout: Timeout.duration(LONGEST_LAMBDA),
      }),
      SERVICE_RETRY,
      OUR_RETRY,
    );
  const onGlue = (id: string, name: string) =>
    step(
      new GlueStartJobRun(scope, id, {
        glueJobName: steps.glueJob,
        integrationPattern: IntegrationPattern.RUN_JOB,
        arguments: TaskInput.fromObject({ '--step': name }),
        resultSelector: { 'run.$': '$.Id' },
        resultPath: `$.${name}`,
        taskTimeout: Timeout.duration(LONGEST_GLUE),
      }),
      GLUE_RETRY,
    );
  const notify = (id: string, message: string) =>
    step(
      new SnsPublish(scope, id, {
        topic: steps.runs,
        subject: 'Pavio: a run went well',
        message: TaskInput.fromText(message),
        resultPath: JsonPath.DISCARD,
      }),
      CALL_RETRY,
    );

  const small = onLambda('Features', steps.features, 'features')
    .next(onLambda('Train', steps.train, 'train'))
    .next(
      notify(
        'NotifyTrained',
        JsonPath.format(
          'Models {} were trained. Released: {}. {}',
          JsonPath.stringAt('$.train.version'),
          JsonPath.stringAt('$.train.promoted'),
          JsonPath.stringAt('$.train.reason'),
        ),
      ),
    );
  const large = onGlue('FeaturesOnGlue', 'features')
    .next(onGlue('TrainOnGlue', 'train'))
    .next(
      notify(
        'NotifyTrainedOnGlue',
        JsonPath.format(
          'Models were trained on Glue: job {}, run {}. What came of it: pavio models.',
          steps.glueJob,
          JsonPath.stringAt('$.train.run'),
        ),
      ),
    );
  const isLarge = Condition.and(
    Condition.isNumeric('$.rows'),
    Condition.numberGreaterThanEquals('$.rows', steps.sparkRows),
  );

  const listRuns = step(
    new CallAwsService(scope, 'ListRuns', {
      service: 'sfn',
      action: 'listExecutions',
      parameters: { StateMachineArn: JsonPath.stateMachineId, StatusFilter: 'RUNNING' },
      iamAction: 'states:ListExecutions',
      iamResources: [steps.stateMachineArn],
      // Newest first: the last is the oldest.
      resultSelector: { 'oldest.$': '$.Executions[-1:].ExecutionArn' },
      resultPath: '$.running',
    }),
    CALL_RETRY,
  );
  const wait = new Wait(scope, 'WaitForTurn', { time: WaitTime.duration(TURN) });
  return Chain.start(wait)
    .next(listRuns)
    .next(
      new Choice(scope, 'IsOldest')
        .when(
          Condition.and(
            Condition.isPresent('$.running.oldest[0]'),
            Condition.stringEqualsJsonPath('$.running.oldest[0]', JsonPath.executionId),
          ),
          new Choice(scope, 'ChooseEngine').when(isLarge, large).otherwise(small),
        )
        .otherwise(wait),
    );
}

function notifyFailed(scope: Construct, { alarms }: PipelineSteps): SnsPublish {
  const task = new SnsPublish(scope, 'NotifyFailed', {
    topic: alarms,
    subject: 'Pavio: a run failed',
    message: TaskInput.fromText(
      JsonPath.format(
        'The run {} failed with {}: {}',
        JsonPath.executionId,
        JsonPath.stringAt('$.error.Error'),
        JsonPath.stringAt('$.error.Cause'),
      ),
    ),
    resultPath: JsonPath.DISCARD,
  });
  task.addRetry(CALL_RETRY);
  return task;
}
