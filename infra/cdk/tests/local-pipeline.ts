import { StateMachine } from 'aws-local-stepfunctions';

type Definition = ConstructorParameters<typeof StateMachine>[0];
type Input = Parameters<StateMachine['run']>[0];

/** The execution that is run. */
export const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:pavio-pipeline:this';

/** What tasks do, by the names of their states; one that is not there fails its run. */
export type Tasks = Readonly<Record<string, (input: never) => unknown>>;

export interface LocalRun {
  /** Tasks in the order in which they were begun, repetitions too. */
  readonly visited: readonly string[];
  /** The state at the end, or why there is none. */
  readonly output?: Readonly<Record<string, unknown>>;
  readonly error?: Error;
}

/** No limit for the work; for a machine that has much else to do. */
const LONGEST_SECONDS = 600;

/**
 * Runs the state machine that was rendered (`stateMachineDefinition`) here, with these tasks; waits and pauses before retries
 * take no time. The run is alone, unless `ListRuns` says otherwise.
 */
export async function runPipeline(
  definition: Record<string, unknown>,
  input: unknown,
  tasks: Tasks,
): Promise<LocalRun> {
  const visited: string[] = [];
  const all: Tasks = { ListRuns: () => ({ Executions: [{ ExecutionArn: EXECUTION }] }), ...tasks };
  const handlers = Object.entries(all).map(([name, work]) => {
    return [name, async (data: never) => (visited.push(name), (await work(data)) ?? {})] as const;
  });
  const states = Object.entries(definition['States'] as Record<string, { readonly Type: string }>);
  // Who runs it here gives a state a minute where it names no limit of its own.
  const patient = states.map(([name, state]) => {
    return [name, state.Type === 'Task' ? { TimeoutSeconds: LONGEST_SECONDS, ...state } : state] as const;
  });
  const machine = new StateMachine({ ...definition, States: Object.fromEntries(patient) } as Definition);
  const execution = machine.run(input as Input, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers) as never,
      waitTimeOverrides: { WaitForTurn: 0 },
      retryIntervalOverrides: Object.fromEntries(states.map(([name]) => [name, 0])),
    },
    context: {
      Execution: { Id: EXECUTION, Input: {}, Name: 'this', RoleArn: '', StartTime: '' },
      StateMachine: { Id: 'arn:aws:states:us-east-1:123456789012:stateMachine:pavio-pipeline', Name: 'pavio-pipeline' },
    },
  });
  return execution.result.then(
    (output) => ({ visited, output: output as Record<string, unknown> }),
    (error: Error) => ({ visited, error }),
  );
}
