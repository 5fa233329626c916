import { describe, expect, it } from 'vitest';
import { stateMachineDefinition } from '../testing/definition.ts';
import { synthesize } from './deployment.ts';
import { runPipeline, EXECUTION as THIS } from './local-pipeline.ts';

const OLDER = THIS.replace('this', 'older');
const YOUNGER = THIS.replace('this', 'younger');

const { templates } = synthesize();
const definition = stateMachineDefinition(templates.Pipeline.toJSON());

interface Around {
  /** What each look at the running executions finds. */
  readonly listed?: readonly string[][];
  /** Candles that are stored. */
  readonly rows?: number;
}

/** The tasks of a run in which all goes well. */
async function visited(input: unknown, { listed = [[THIS]], rows = 1000 }: Around = {}) {
  const looks = [...listed];
  const run = await runPipeline(definition, input, {
    ListRuns: () => ({ Executions: (looks.shift() ?? []).map((ExecutionArn) => ({ ExecutionArn })) }),
    MeasureStored: () => ({ assets: 3, rows }),
    Features: () => ({ rows: 1, key: 'features/x.parquet' }),
    Train: () => ({ version: '20261121-0200', promoted: true, reason: 'better' }),
    FeaturesOnGlue: () => ({ Id: 'jr_1', ExecutionTime: 60 }),
    TrainOnGlue: () => ({ Id: 'jr_2', ExecutionTime: 600 }),
    TellTrained: () => ({ version: '20261121-0200', promoted: true, reason: 'better' }),
    NotifyTrained: () => ({}),
  });
  if (run.error !== undefined) throw run.error;
  return run.visited;
}

describe('a run', () => {
  const work = ['MeasureStored', 'Features', 'Train', 'NotifyTrained'];

  it('works at once when it is alone', async () => {
    expect(await visited({})).toEqual(['ListRuns', ...work]);
  });

  it('works when all others began later', async () => {
    expect(await visited({}, { listed: [[YOUNGER, THIS]] })).toEqual(['ListRuns', ...work]);
  });

  it('waits for those that began before it', async () => {
    const listed = [[YOUNGER, THIS, OLDER], [THIS, OLDER], [THIS]];
    expect(await visited({}, { listed })).toEqual(['ListRuns', 'ListRuns', 'ListRuns', ...work]);
  });

  it('waits until it is listed itself', async () => {
    expect(await visited({}, { listed: [[], [THIS]] })).toEqual(['ListRuns', 'ListRuns', ...work]);
  });
});

describe('a run of Glue', () => {
  it('is told its step and the state; a fit has a worker for itself', () => {
    const { FeaturesOnGlue, TrainOnGlue } = definition['States'] as Record<
      string,
      { Parameters: { Arguments: object } }
    >;
    const state = { '--input.$': 'States.JsonToString($)' };
    expect(FeaturesOnGlue?.Parameters.Arguments).toEqual({ '--step': 'features', ...state });
    // As many processors as a worker has.
    const whole = { '--conf': 'spark.task.cpus=4' };
    expect(TrainOnGlue?.Parameters.Arguments).toEqual({ '--step': 'train', ...state, ...whole });
  });
});

describe('the engine', () => {
  const small = ['Features', 'Train'];
  const large = ['FeaturesOnGlue', 'TrainOnGlue', 'TellTrained'];

  it.each([
    ['a start by hand, on a few candles', {}, 599_999, small],
    ['a start by hand, on many candles', {}, 600_000, large],
    ['a crawl of a few assets in a lake of many', { rows: 1000 }, 600_000, large],
    ['a crawl', { rows: 1000 }, 1000, small],
  ])('for %s is chosen by what is stored', async (_case, input, rows, work) => {
    expect(await visited(input, { rows })).toEqual(['ListRuns', 'MeasureStored', ...work, 'NotifyTrained']);
  });
});
