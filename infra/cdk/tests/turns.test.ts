import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { stateMachineDefinition } from '../src/index.ts';
import { synthesize } from './deployment.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];
type JsonValue = Parameters<StateMachine['run']>[0];

const THIS = 'arn:aws:states:us-east-1:123456789012:execution:pavio-pipeline:this';
const OLDER = THIS.replace('this', 'older');
const YOUNGER = THIS.replace('this', 'younger');

const { templates } = synthesize();
const definition = stateMachineDefinition(templates.Pipeline.toJSON()) as unknown as Definition;

/** Runs the rendered state machine with waits cut short; `listed` is what each look at the running executions finds. */
async function execute(input: JsonValue, listed: readonly string[][]) {
  const looks = [...listed];
  const ran: string[] = [];
  const task = (name: string, result: JsonValue) => async () => {
    ran.push(name);
    return result;
  };
  const { result } = new StateMachine(definition).run(input, {
    context: {
      Execution: { Id: THIS, Input: {}, Name: 'this', RoleArn: '', StartTime: '' },
      StateMachine: { Id: 'arn:aws:states:us-east-1:123456789012:stateMachine:pavio-pipeline', Name: 'pavio-pipeline' },
    },
    overrides: {
      waitTimeOverrides: { WaitForTurn: 0 },
      taskResourceLocalHandlers: {
        ListRuns: async () => {
          ran.push('ListRuns');
          return { Executions: (looks.shift() ?? []).map((ExecutionArn) => ({ ExecutionArn })) };
        },
        Features: task('Features', { rows: 1, key: 'features/x.parquet' }),
        Train: task('Train', { version: '20261121-0200', promoted: true, reason: 'better' }),
        FeaturesOnGlue: task('FeaturesOnGlue', { Id: 'jr_1' }),
        TrainOnGlue: task('TrainOnGlue', { Id: 'jr_2' }),
        NotifyTrained: task('NotifyTrained', {}),
        NotifyTrainedOnGlue: task('NotifyTrainedOnGlue', {}),
      },
    },
  });
  await result;
  return ran;
}

describe('a run', () => {
  const work = ['Features', 'Train', 'NotifyTrained'];

  it('works at once when it is alone', async () => {
    expect(await execute({}, [[THIS]])).toEqual(['ListRuns', ...work]);
  });

  it('works when all others began later', async () => {
    expect(await execute({}, [[YOUNGER, THIS]])).toEqual(['ListRuns', ...work]);
  });

  it('waits for those that began before it', async () => {
    const looks = [[YOUNGER, THIS, OLDER], [THIS, OLDER], [THIS]];
    expect(await execute({}, looks)).toEqual(['ListRuns', 'ListRuns', 'ListRuns', ...work]);
  });

  it('waits until it is listed itself', async () => {
    expect(await execute({}, [[], [THIS]])).toEqual(['ListRuns', 'ListRuns', ...work]);
  });
});

describe('the engine', () => {
  it.each([
    ['a few rows', { rows: 599_999 }, 'Train'],
    ['many rows', { rows: 600_000 }, 'TrainOnGlue'],
    ['a start by hand', {}, 'Train'],
    ['rows that are no number', { rows: 'many' }, 'Train'],
  ])('for %s is chosen by the number', async (_case, input, trained) => {
    expect(await execute(input, [[THIS]])).toContain(trained);
  });
});
