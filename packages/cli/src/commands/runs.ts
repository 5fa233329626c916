import { type KeptTrainingRun, MODEL_NAMES, type ModelName, type TrainingOutcome, type Verdict } from '@pavio/core';
import type { Command } from '../command.ts';
import { parseCount } from '../count.ts';
import { formatCount, formatDuration, formatPercent, formatTime } from '../format.ts';
import { type Column, renderTable } from '../table.ts';

const OUTCOMES: Record<TrainingOutcome, string> = {
  released: 'released',
  kept_back: 'kept back',
  nothing_new: 'nothing new',
  failed: 'FAILED',
};

const MARKS: Record<Verdict, string> = { beats_naive: '+', no_edge: '', inconclusive: '?' };

export const runsCommand: Command<{ limit: number }> = {
  name: 'runs',
  summary: 'List the trainings: when, how long, how they ended, how good the models were',
  details:
    'Newest first. Runs in a row that learnt nothing new, or failed in the same way, are one line that says how many. ' +
    'The newest thousand lines are kept.',
  configure: (program) => program.option('--limit <N>', 'at most so many', parseCount, 20),
  async run({ workspace: { runs }, console, options: { limit } }) {
    const newest = await runs.list({ limit });
    if (newest.length === 0) return console.result([], 'There were no trainings yet. Train: pavio run.');
    const names = MODEL_NAMES.filter((name) => newest.some(({ models }) => models[name] !== undefined));
    const table = renderTable(newest, [
      { title: 'started', cell: ({ startedAt }) => formatTime(Date.parse(startedAt)) },
      { title: 'took', align: 'right', cell: ({ seconds }) => formatDuration(seconds * 1000) },
      { title: 'outcome', cell: describeOutcome },
      { title: 'version', cell: ({ version }) => version ?? '–' },
      { title: 'rows', align: 'right', cell: ({ rows }) => (rows === null ? '–' : formatCount(rows)) },
      { title: 'assets', align: 'right', cell: ({ assets }) => (assets === null ? '–' : String(assets.length)) },
      ...names.map(skillOf),
      { title: 'why', cell: ({ reason }) => reason },
    ]);
    const legend = 'Skill against the naive forecast; + beats it beyond chance, ? too few rows to tell.';
    console.result(newest, names.length === 0 ? table : `${table}\n\n${legend}`);
  },
};

function describeOutcome({ outcome, times, lastStartedAt }: KeptTrainingRun): string {
  const often = times === 1 ? '' : `, ${formatCount(times)} times until ${formatTime(Date.parse(lastStartedAt))}`;
  return OUTCOMES[outcome] + often;
}

function skillOf(name: ModelName): Column<KeptTrainingRun> {
  return {
    title: name,
    align: 'right',
    cell: ({ models }) => {
      const model = models[name];
      return model === undefined ? '–' : `${formatPercent(model.skill, { sign: true })}${MARKS[model.verdict]}`;
    },
  };
}
