import { MODEL_NAMES, type ReleaseManifest, type Tuning } from '@pavio/core';
import type { ModelTuning, TuningReport } from '@pavio/training';
import { formatCount, formatDuration, formatPercent } from '../format.ts';
import { renderTable } from '../table.ts';

/** A search, for people: what was found for each model, how good searching was, and what becomes of it. */
export function describeTuning(report: TuningReport): string {
  const { models, rows, folds, judgedFrom, seconds, isSimulated } = report;
  const trials = models.reduce((sum, model) => sum + model.trials, 0);
  const resumed = models.reduce((sum, model) => sum + model.resumed, 0);
  const before = resumed === 0 ? '' : `, ${formatCount(resumed)} of them recorded before`;
  const table = renderTable(models, [
    { title: 'model', cell: ({ name }) => name },
    { title: 'trials', align: 'right', cell: (model) => formatCount(model.trials) },
    { title: 'skill of defaults', align: 'right', cell: ({ atDefaults }) => percent(atDefaults.skill) },
    { title: 'skill of search', align: 'right', cell: ({ nested }) => percent(nested.skill) },
    { title: 'p', align: 'right', cell: ({ nested }) => fixed(nested.dieboldMariano?.pValue) },
    { title: 'gain', align: 'right', cell: ({ gain }) => percent(gain.skill) },
    { title: 'p', align: 'right', cell: ({ gain }) => fixed(gain.pValue) },
    { title: 'next training uses', cell: ({ isTakenOver }) => (isTakenOver ? 'what was found' : 'defaults') },
  ]);
  return [
    ...(isSimulated ? ['SIMULATED MARKET: every number below comes from made-up candles.', ''] : []),
    `${formatCount(trials)} trials${before}, on ${formatCount(rows)} rows, judged on ${dayOf(judgedFrom)} to ${dayOf(folds.at(-1)!.to)}; ${formatDuration(seconds * 1000)}`,
    '',
    table,
    '',
    ...models.map((model) => `${model.name.padEnd(15)} ${model.reason}\n${' '.repeat(16)}${describeFound(model)}`),
    '',
    'Skills are of folds that the search had not seen when it chose what they were fitted with: that is the honest score, the',
    'one to expect. The first p says whether the search beats the naive forecast, the second whether it beats the defaults;',
    'the latter is corrected for the number of models and of searches so far.',
  ].join('\n');
}

/** Which models of a release have searched parameters, in one sentence; undefined where none has. */
export function describeTuned({ models }: ReleaseManifest): string | undefined {
  const tuned = MODEL_NAMES.flatMap((name) => {
    const { tuning } = models[name];
    return tuning === undefined
      ? []
      : [`${name} (${tuning.trials} trials until ${dayOf(tuning.choices.at(-1)!.from)})`];
  });
  if (tuned.length === 0) return undefined;
  return `tuned: ${tuned.join(', ')}; every fold judged with what had been chosen by its time`;
}

function describeFound({ found, defaults, isTakenOver }: ModelTuning): string {
  const changed = Object.entries(found).filter(([key, value]) => defaults[key] !== value);
  if (changed.length === 0) return 'Found: the defaults.';
  const list = (parameters: Tuning['untuned']) => changed.map(([key]) => `${key} ${parameters[key]}`).join(', ');
  return `${isTakenOver ? 'Found' : 'Chosen last'}: ${list(found)} (default: ${list(defaults)}).`;
}

function percent(share: number | null): string {
  return formatPercent(share, { sign: true });
}

function fixed(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

function dayOf(iso: string): string {
  return iso.replace('T00:00:00Z', '').replace(/:00Z$/, '').replace('T', ' ');
}
