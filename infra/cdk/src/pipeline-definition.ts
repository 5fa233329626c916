import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  Chain,
  Choice,
  Condition,
  Fail,
  type IChainable,
  IntegrationPattern,
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
import { CALL_RETRY, GLUE_RETRY, LIST_RETRY, OUR_RETRY, SERVICE_RETRY } from './pipeline-retries.ts';
import { WORKER_PROCESSORS } from './spark-job.ts';

export interface PipelineSteps {
  readonly features: IFunction;
  readonly train: IFunction;
  /** The job that does both where so many candles are stored, or more. */
  readonly glue: { readonly job: string; readonly rows: number };
  /** Of the state machine itself. */
  readonly stateMachineArn: string;
  readonly alarms: ITopic;
  readonly runs: ITopic;
}

/** Between two looks whose turn it is; the first wait lets runs that started together come to be listed. */
const TURN = Duration.minutes(2);
/** A fit holds the whole data set: it has a worker for itself, and as many threads as that has processors. */
const ONE_FIT_A_WORKER = `spark.task.cpus=${WORKER_PROCESSORS}`;
const LONGEST_LAMBDA = Duration.minutes(15);
const LONGEST_GLUE = Duration.hours(6);

/**
 * The states of the pipeline: wait for the turn, then features, training (which judges the candidate and releases it, or
 * not) and a note of what came of it. Input: the detail of the event `CrawlCompleted`, or `{}` when started by hand. On what
 * it runs is decided by what is stored, so it is the same whoever has started it.
 *
 * What Glue writes is no log that CloudWatch reads metrics from, and Step Functions learns of a run its number and no more: so
 * the training function tells in the end what came of it.
 *
 * One run at a time: the oldest of the running executions works, all younger ones wait. There is no lock that a killed run
 * could leave behind. The list of executions is eventually consistent, so two that start in the same instant might pass
 * together for all that; it costs double work and nothing else, for files and releases change by conditional writes only.
 */
export function pipelineDefinition(scope: Construct, steps: PipelineSteps): Chain {
  return new PipelineStates(scope, steps).all();
}

class PipelineStates {
  readonly #scope: Construct;
  readonly #steps: PipelineSteps;
  readonly #failed: IChainable;

  constructor(scope: Construct, steps: PipelineSteps) {
    this.#scope = scope;
    this.#steps = steps;
    const notify = new SnsPublish(scope, 'NotifyFailed', {
      topic: steps.alarms,
      subject: 'Pavio: a run failed',
      message: said('The run {} failed with {}: {}', '$$.Execution.Id', '$.error.Error', '$.error.Cause'),
      resultPath: JsonPath.DISCARD,
    });
    this.#failed = notify
      .addRetry(CALL_RETRY)
      .next(new Fail(scope, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }));
  }

  all(): Chain {
    const wait = new Wait(this.#scope, 'WaitForTurn', { time: WaitTime.duration(TURN) });
    const oldest = '$.running.oldest.ExecutionArn';
    const isOldest = Condition.and(
      Condition.isPresent(oldest),
      Condition.stringEqualsJsonPath(oldest, JsonPath.executionId),
    );
    const turn = new Choice(this.#scope, 'IsOldest').when(isOldest, this.#work()).otherwise(wait);
    return Chain.start(wait).next(this.#listRuns()).next(turn);
  }

  #listRuns(): TaskStateBase {
    const list = new CallAwsService(this.#scope, 'ListRuns', {
      service: 'sfn',
      action: 'listExecutions',
      parameters: { StateMachineArn: JsonPath.stateMachineId, StatusFilter: 'RUNNING' },
      iamAction: 'states:ListExecutions',
      iamResources: [this.#steps.stateMachineArn],
      // Newest first: the last is the oldest. Paths of Step Functions have no negative index.
      resultSelector: {
        'oldest.$': 'States.ArrayGetItem($.Executions, States.MathAdd(States.ArrayLength($.Executions), -1))',
      },
      resultPath: '$.running',
    });
    return this.#step(list, LIST_RETRY);
  }

  #work(): IChainable {
    const { features, train, glue } = this.#steps;
    const measure = TaskInput.fromObject({ task: 'measure', input: JsonPath.objectAt('$') });
    const tell = TaskInput.fromObject({ task: 'tell', seconds: JsonPath.numberAt('$.train.seconds') });
    const of = (field: string) => `$.train.${field}`;
    const notify = this.#notify(
      'NotifyTrained',
      said('Models {}. Released: {}. {}', of('version'), of('promoted'), of('reason')),
    );
    const small = this.#onLambda('Features', features, 'features')
      .next(this.#onLambda('Train', train, 'train'))
      .next(notify);
    const large = this.#onGlue('FeaturesOnGlue', glue.job, 'features')
      .next(this.#onGlue('TrainOnGlue', glue.job, 'train', { '--conf': ONE_FIT_A_WORKER }))
      .next(this.#onLambda('TellTrained', train, 'train', tell))
      .next(notify);
    const isLarge = Condition.numberGreaterThanEquals('$.stored.rows', glue.rows);
    const engine = new Choice(this.#scope, 'ChooseEngine').when(isLarge, large).otherwise(small);
    return this.#onLambda('MeasureStored', features, 'stored', measure).next(engine);
  }

  /** @param payload the state, where it is not given. */
  #onLambda(id: string, lambdaFunction: IFunction, result: string, payload?: TaskInput): TaskStateBase {
    const task = new LambdaInvoke(this.#scope, id, {
      lambdaFunction,
      ...(payload && { payload }),
      payloadResponseOnly: true,
      resultPath: `$.${result}`,
      retryOnServiceExceptions: false,
      taskTimeout: Timeout.duration(LONGEST_LAMBDA),
    });
    return this.#step(task, SERVICE_RETRY, OUR_RETRY);
  }

  #onGlue(id: string, glueJobName: string, step: string, options: Record<string, string> = {}): TaskStateBase {
    const task = new GlueStartJobRun(this.#scope, id, {
      glueJobName,
      integrationPattern: IntegrationPattern.RUN_JOB,
      arguments: TaskInput.fromObject({
        '--step': step,
        '--input': JsonPath.jsonToString(JsonPath.objectAt('$')),
        ...options,
      }),
      resultSelector: { 'run.$': '$.Id', 'seconds.$': '$.ExecutionTime' },
      resultPath: `$.${step}`,
      taskTimeout: Timeout.duration(LONGEST_GLUE),
    });
    return this.#step(task, GLUE_RETRY);
  }

  #notify(id: string, message: TaskInput): TaskStateBase {
    const task = new SnsPublish(this.#scope, id, {
      topic: this.#steps.runs,
      subject: 'Pavio: a run went well',
      message,
      resultPath: JsonPath.DISCARD,
    });
    return this.#step(task, CALL_RETRY);
  }

  /** Whatever is still wrong after the retries is told to people, and ends the run. */
  #step<Task extends TaskStateBase>(task: Task, ...retries: RetryProps[]): Task {
    for (const retry of retries) task.addRetry(retry);
    task.addCatch(this.#failed, { resultPath: '$.error' });
    return task;
  }
}

/** A sentence in which each `{}` is what the path finds. */
function said(sentence: string, ...paths: string[]): TaskInput {
  return TaskInput.fromText(JsonPath.format(sentence, ...paths.map((at) => JsonPath.stringAt(at))));
}
