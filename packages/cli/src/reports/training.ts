import {
  type Coverage,
  type Covered,
  MODEL_NAMES,
  type ModelName,
  type ReleaseManifest,
  type Score,
  type Verdict,
} from '@pavio/core';
import type { TrainingReport } from '@pavio/training';
import { formatCount, formatDuration, formatPercent } from '../format.ts';
import { renderTable } from '../table.ts';
import { describeTuned } from './tuning.ts';

const VERDICT_WORDS: Record<Verdict, string> = {
  beats_naive: 'beats naive',
  no_edge: 'no edge',
  inconclusive: 'too few rows to tell',
};

/** A training, for people: what it was fitted on, and each model's errors beside those of the naive forecast. */
export function describeTraining(report: TrainingReport): string {
  const { manifest } = report;
  const { training, folds } = manifest;
  const tuned = describeTuned(manifest);
  return [
    summarizeTraining(report),
    '',
    `Rows        ${formatCount(training.rows)} of ${training.assets.length} assets, ${dayOf(training.from)} to ${dayOf(training.to)}; ` +
      `left out: ${formatCount(report.leftOut.missingInput)} warming up, ${formatCount(report.leftOut.missingTarget)} without a next candle`,
    `Inputs      ${manifest.featureSet.inputs.length} features of set ${manifest.featureSet.name} (${manifest.featureSet.hash.slice(0, 12)})`,
    `Evaluation  walk-forward, ${folds.length} folds by time, ${dayOf(folds[0]?.test.from)} to ${dayOf(folds.at(-1)?.test.to)}, every row forecast by models that saw only its past${describeWindow(training)}`,
    ...(tuned === undefined ? [] : [`Parameters  ${tuned}`]),
    '',
    describeModels(manifest),
    '',
    'Skill is 1 - loss / loss of the naive forecast (the price stays; the usual share of rises): above zero is better than',
    'naive. The naive direction is always what was more usual before. A model "beats naive" only when the Diebold-Mariano',
    "test says that its skill is more than luck: p < 0.05 after Holm's correction, because five models have five chances to",
    'be lucky. An interval held where the return came to lie in it; the radii are judged on later rows than they were taken',
    'from, and so is what calibrates probabilities.',
  ].join('\n');
}

function describeWindow({ window }: ReleaseManifest['training']): string {
  return window === undefined ? '' : `, and of that the newest ${+(window / 86_400_000).toFixed(2)} days`;
}

/** The models' errors beside the naive ones', regressors and then classifiers. */
export function describeModels(manifest: ReleaseManifest): string {
  const rows = MODEL_NAMES.map((name) => ({ name, ...manifest.models[name].evaluation.overall }));
  const isRegressor = ({ name }: { name: ModelName }) => manifest.models[name].kind === 'regressor';
  const metric = (title: string, key: string, digits: number) => ({
    title,
    align: 'right' as const,
    cell: ({ metrics, naive }: Score) => `${fixed(metrics[key], digits)} / ${fixed(naive[key], digits)}`,
  });
  const name = { title: 'model', cell: (row: { name: ModelName }) => row.name };
  const judgement = [
    { title: 'direction right (95 %) / naive', cell: ({ directional }: Score) => describeDirection(directional) },
    { title: 'skill', align: 'right' as const, cell: ({ skill }: Score) => formatPercent(skill, { sign: true }) },
    { title: 'p', align: 'right' as const, cell: ({ dieboldMariano }: Score) => fixed(dieboldMariano?.pValue, 3) },
    { title: 'verdict', cell: ({ verdict }: Score) => VERDICT_WORDS[verdict] },
  ];
  const regressors = renderTable(rows.filter(isRegressor), [
    name,
    metric('RMSE / naive', 'rmse', 5),
    metric('MAE / naive', 'mae', 5),
    ...judgement,
  ]);
  const classifiers = renderTable(
    rows.filter((row) => !isRegressor(row)),
    [
      name,
      metric('log loss / naive', 'log_loss', 5),
      metric('Brier / naive', 'brier', 5),
      ...judgement,
      { title: 'calibrated', cell: (row) => manifest.models[row.name].calibration?.calibrator?.method ?? 'no' },
    ],
  );
  return [regressors, classifiers, ...describeIntervals(manifest)].join('\n\n');
}

/** How often the intervals held that are served right after a training; nothing where a release does not tell. */
function describeIntervals(manifest: ReleaseManifest): string[] {
  const served = (name: ModelName) =>
    (manifest.models[name].coverage ?? []).filter(({ method }) => method === 'adaptive');
  const rows = MODEL_NAMES.filter((name) => served(name).length > 0);
  if (rows.length === 0) return [];
  const levels = served(rows[0]!).map(({ level }) => level);
  const held = (level: number, part: (coverage: Coverage) => Covered) => (name: ModelName) => {
    const covered = part(served(name).find((coverage) => coverage.level === level)!);
    return covered === null ? '–' : describeShare(covered.share, covered);
  };
  const widest = levels.at(-1)!;
  const table = renderTable(rows, [
    { title: 'intervals', cell: (name) => name },
    ...levels.map((level) => ({ title: `${level * 100} % held (95 %)`, cell: held(level, ({ overall }) => overall) })),
    ...(['calm', 'wild'] as const).map((regime) => {
      return { title: `${widest * 100} % in ${regime} times`, cell: held(widest, ({ regimes }) => regimes[regime]) };
    }),
  ]);
  return [table];
}

/** One line. */
export function summarizeTraining({ manifest, isNew, seconds }: TrainingReport): string {
  const { version, gate, isSimulated } = manifest;
  const simulated = isSimulated ? ' (SIMULATED candles)' : '';
  if (!isNew) {
    const kept = gate.isPromoted ? '' : ` The gate kept it back: ${gate.reason}`;
    return `Nothing new to learn: release ${version}${simulated} was fitted on these very rows.${kept}`;
  }
  const fate = gate.isPromoted ? 'is live' : 'was NOT made live';
  return `Release ${version}${simulated} ${fate}: ${gate.reason} ${formatDuration(seconds * 1000)}`;
}

/** What the verdicts of a release amount to, in one sentence. */
export function summarizeVerdicts(manifest: ReleaseManifest): string {
  const better = MODEL_NAMES.filter((name) => manifest.models[name].evaluation.overall.verdict === 'beats_naive');
  if (better.length === 0) return 'No model beats the naive forecast.';
  return `Better than the naive forecast beyond chance: ${better.join(', ')}.`;
}

function describeDirection(directional: Score['directional']): string {
  if (directional === null) return '–';
  const { accuracy, naive } = directional;
  return `${describeShare(accuracy, directional)} / ${naive === undefined ? '–' : (naive * 100).toFixed(1)}`;
}

/** `51.6 % (50.4-52.8)` */
function describeShare(share: number, { low, high }: { readonly low: number; readonly high: number }): string {
  const percent = (value: number) => (value * 100).toFixed(1);
  return `${percent(share)} % (${percent(low)}-${percent(high)})`;
}

function fixed(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined ? '–' : value.toFixed(digits);
}

function dayOf(iso: string | undefined): string {
  return (iso ?? '–').replace('T00:00:00Z', '').replace(/:00Z$/, '').replace('T', ' ');
}
