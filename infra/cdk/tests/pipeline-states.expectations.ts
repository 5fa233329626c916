import { describe, expect, it } from 'vitest';
import { stateMachineDefinition } from '../testing/definition.ts';
import type { Deployed } from './deployment.ts';

interface Retry {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
}

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Retry?: readonly Retry[];
  readonly Catch?: readonly unknown[];
  /** A run of Glue has its limit, in minutes, among them. */
  readonly Parameters?: { readonly TopicArn?: string; readonly Timeout?: number };
  readonly Seconds?: number;
  readonly TimeoutSeconds?: number;
}

const GROWING = { BackoffRate: 2, JitterStrategy: 'FULL' };
const CALL = [
  { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, MaxAttempts: 5, MaxDelaySeconds: 60, ...GROWING },
];
const LIST = [{ ...CALL[0], ErrorEquals: ['States.TaskFailed', 'States.IntrinsicFailure'] }];
const GLUE = [
  { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 60, MaxAttempts: 2, MaxDelaySeconds: 600, ...GROWING },
];
const LAMBDA = [
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.TooManyRequestsException',
    ],
    IntervalSeconds: 2,
    MaxAttempts: 5,
    MaxDelaySeconds: 60,
    ...GROWING,
  },
  {
    ErrorEquals: [
      'too_many_requests',
      'unavailable',
      'store_unavailable',
      'conflict',
      'busy',
      'market_rate_limited',
      'market_unavailable',
      'incomplete',
    ],
    IntervalSeconds: 30,
    MaxAttempts: 3,
    MaxDelaySeconds: 600,
    ...GROWING,
  },
];

const MOST_EVENTS = 25_000;
/** Of the steps themselves, and of what is repeated. */
const OTHER_EVENTS = 500;
/** Entered, scheduled, started, succeeded, exited; the other states of a look are entered and exited. */
const EVENTS_OF_A_LOOK = 5 + 2 + 2;
/** What says of no limit is a call of a service by Step Functions itself. */
const CALL_SECONDS = 60;

/** What the state machine does when something fails, and how long it may take. */
export function pipelineStatesExpectations({ Pipeline: pipeline }: Deployed): void {
  const definition = () => stateMachineDefinition(pipeline().toJSON());
  const states = () => definition()['States'] as Readonly<Record<string, State>>;
  const tasks = () => Object.entries(states()).filter(([, { Type }]) => Type === 'Task');

  it('repeats every task, with pauses that grow and are drawn', () => {
    expect(Object.fromEntries(tasks().map(([name, { Retry: retries }]) => [name, retries]))).toEqual({
      ListRuns: LIST,
      MeasureStored: LAMBDA,
      Features: LAMBDA,
      Train: LAMBDA,
      TellTrained: LAMBDA,
      FeaturesOnGlue: GLUE,
      TrainOnGlue: GLUE,
      NotifyTrained: CALL,
      NotifyFailed: CALL,
    });
  });

  it('tells of whatever is still wrong then, and fails', () => {
    for (const [name, { Catch: caught }] of tasks()) {
      if (name === 'NotifyFailed') continue;
      expect(caught).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'NotifyFailed' }]);
    }
    const { NotifyFailed, Failed } = states();
    expect(NotifyFailed).toMatchObject({ Next: 'Failed' });
    expect(NotifyFailed).not.toHaveProperty('Catch');
    expect(Failed).toMatchObject({ Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' });
  });

  it('tells of failures where alarms go, and of what went well where runs do', () => {
    const told = tasks().flatMap(([name, { Parameters }]) =>
      Parameters?.TopicArn === undefined ? [] : [[name, /(Alarms|Runs)/.exec(Parameters.TopicArn)?.[0]]],
    );
    expect(Object.fromEntries(told)).toEqual({ NotifyFailed: 'Alarms', NotifyTrained: 'Runs' });
  });

  describe('a run', () => {
    const longest = () => definition()['TimeoutSeconds'] as number;

    /** Seconds of a state at its worst, and of the longest way from there to the end. */
    function worst(name: string): number {
      const { Next, Retry: retries = [], TimeoutSeconds, Parameters } = states()[name] as State;
      const once = TimeoutSeconds ?? (Parameters?.Timeout === undefined ? CALL_SECONDS : Parameters.Timeout * 60);
      const repeated = retries.reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);
      const pauses = retries.reduce((sum, { MaxAttempts, MaxDelaySeconds }) => sum + MaxAttempts * MaxDelaySeconds, 0);
      return (1 + repeated) * once + pauses + (Next === undefined ? 0 : worst(Next));
    }

    it('has the time for all its retries, on Glue too, and to wait for one like it', () => {
      const measured = worst('MeasureStored');
      const glue = worst('FeaturesOnGlue');
      expect(glue).toBeGreaterThan(2 * 3 * 6 * 3600);
      const work = measured + Math.max(glue, worst('Features'));
      expect(longest()).toBeGreaterThanOrEqual(2 * work);
    });

    it('has no more events than Step Functions keeps, however long it waits', () => {
      const looks = longest() / (states()['WaitForTurn']?.Seconds as number);
      expect(looks * EVENTS_OF_A_LOOK).toBeLessThan(MOST_EVENTS - OTHER_EVENTS);
    });
  });
}
