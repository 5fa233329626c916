import { isoTime, type TrainingRun, type TrainingRunLog } from '@pavio/core';
import { beforeEach, expect, it } from 'vitest';

const START = Date.parse('2026-11-21T11:00:00Z');
const MINUTE = 60_000;

/** A run that started so many minutes after the first. */
function run(minutes: number, part: Partial<TrainingRun> = {}): TrainingRun {
  return {
    startedAt: isoTime(START + minutes * MINUTE),
    seconds: 1.5,
    outcome: 'released',
    version: '20261121-1100',
    reason: 'First release.',
    error: null,
    rows: 700,
    assets: ['BTC', 'ETH'],
    models: {
      regressor_lin: { skill: -0.01, verdict: 'no_edge' },
      classifier_log: { skill: null, verdict: 'inconclusive' },
    },
    ...part,
  };
}

const FAILED = {
  version: null,
  rows: null,
  assets: null,
  models: {},
  outcome: 'failed',
  error: 'no_features',
} as const;

/** What every `TrainingRunLog` does. `open` gives two handles to one and the same new, empty log. */
export function testTrainingRunLog(open: () => Promise<readonly [TrainingRunLog, TrainingRunLog]>): void {
  let log: TrainingRunLog;
  let other: TrainingRunLog;

  beforeEach(async () => {
    [log, other] = await open();
  });

  const kept = (each: TrainingRun, times = 1, lastStartedAt = each.startedAt) => ({ ...each, times, lastStartedAt });

  it('is empty at first', async () => {
    expect(await log.list()).toEqual([]);
  });

  it('gives runs back as they were, newest first, at most so many', async () => {
    const runs = [run(0), run(1.001), run(1), run(2, { outcome: 'kept_back', reason: 'Worse.' })];
    for (const each of runs) await log.append(each);
    const expected = [runs[3]!, runs[1]!, runs[2]!, runs[0]!].map((each) => kept(each));
    expect(await other.list()).toEqual(expected);
    expect(await other.list({ limit: 2 })).toEqual(expected.slice(0, 2));
    expect(await other.list({ limit: 0 })).toEqual([]);
  });

  it('keeps two that start in the same instant', async () => {
    await Promise.all([log.append(run(0)), other.append(run(0, { version: '20261121-110000' }))]);
    const versions = (await log.list()).map(({ version }) => version);
    expect(new Set(versions)).toEqual(new Set(['20261121-1100', '20261121-110000']));
    expect(versions).toHaveLength(2);
  });

  it('counts what says no more than the run before it', async () => {
    const idle = { outcome: 'nothing_new', reason: 'The same rows.' } as const;
    const failed = { ...FAILED, reason: 'There are no features.' };
    const runs = [run(0), run(1, idle), run(2, idle), run(3, idle), run(4, failed), run(5, failed), run(6, idle)];
    for (const [i, each] of runs.entries()) await (i % 2 === 0 ? log : other).append(each);
    expect(await other.list()).toEqual([
      kept(runs[6]!),
      kept(runs[4]!, 2, runs[5]!.startedAt),
      kept(runs[1]!, 3, runs[3]!.startedAt),
      kept(runs[0]!),
    ]);
  });

  it('counts no run that says more: another reason, another version, or a release', async () => {
    const runs = [
      run(0),
      run(1),
      run(2, { ...FAILED, reason: 'This.' }),
      run(3, { ...FAILED, reason: 'That.' }),
      run(4, { outcome: 'nothing_new' }),
      run(5, { outcome: 'nothing_new', version: '20261121-1105' }),
    ];
    for (const each of runs) await log.append(each);
    expect(await other.list()).toEqual(runs.toReversed().map((each) => kept(each)));
  });

  it('refuses what is no run', async () => {
    await expect(log.append({ ...run(0), startedAt: 'yesterday' })).rejects.toMatchObject({ code: 'bad_input' });
    expect(await log.list()).toEqual([]);
  });
}
