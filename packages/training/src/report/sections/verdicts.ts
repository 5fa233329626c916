import { MODEL_NAMES, type ModelName, type ReleaseManifest, VERDICTS, type Verdict } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatCount, formatFixed, formatP, formatShare, formatSkill } from '../format.ts';
import { html, type Markup } from '../html.ts';
import { overallOf, SKILL_MEANING, VERDICT_MEANINGS, VERDICT_SIGNS, VERDICT_WORDS } from '../words.ts';

const MODEL_WORDS: Readonly<Record<ModelName, string>> = {
  regressor_lin: 'linear regression',
  regressor_gbr: 'gradient boosting',
  regressor_rf: 'random forest',
  classifier_log: 'logistic regression',
  classifier_rf: 'random forest',
};

const METRIC_WORDS: Readonly<Record<string, string>> = {
  rmse: 'RMSE',
  mae: 'MAE',
  r2: 'R²',
  accuracy: 'accuracy',
  log_loss: 'log loss',
  brier: 'Brier',
  auc: 'AUC',
};

const wordOf = (metric: string) => METRIC_WORDS[metric] ?? metric;

/** The verdict of each model with the figures it rests on. */
export function verdictTable(manifest: ReleaseManifest): Markup {
  const main = (name: ModelName) => (manifest.models[name].kind === 'regressor' ? 'rmse' : 'log_loss');
  const rows = MODEL_NAMES.map((name) => ({ name, ...overallOf(manifest, name) }));
  const models = table(
    rows,
    [
      {
        title: 'Model',
        cell: ({ name }) => html`${modelLabel(name)}<span class="below">${MODEL_WORDS[name]}</span>`,
      },
      { title: 'Verdict', cell: ({ verdict }) => badge(verdict) },
      { title: 'Skill', isNumber: true, cell: ({ skill }) => formatSkill(skill) },
      { title: 'p', isNumber: true, cell: ({ dieboldMariano }) => formatP(dieboldMariano?.pValue) },
      {
        title: 'Direction right',
        isNumber: true,
        cell: ({ directional }) =>
          html`${formatShare(directional?.accuracy, 1)}<span class="below">${formatShare(directional?.low, 1)} to ${formatShare(directional?.high, 1)}<br/>naive ${formatShare(directional?.naive, 1)}</span>`,
      },
      {
        title: 'Error, naive below',
        isNumber: true,
        cell: ({ name, metrics, naive }) =>
          html`${formatFixed(metrics[main(name)], 5)}<span class="below">${wordOf(main(name))} ${formatFixed(naive[main(name)], 5)}</span>`,
      },
      {
        title: 'Tested on',
        isNumber: true,
        cell: ({ rows: tested, times }) =>
          html`${formatCount(tested)}<span class="below">rows at ${formatCount(times)} times</span>`,
      },
    ],
    'Verdict of each model',
  );
  return figure({
    title: 'Verdict of each model',
    lead: 'Walk-forward: every row was forecast by models that had seen only its past. p is the chance that a useless model looks at least this good (Diebold-Mariano, one-sided); a verdict is stricter than its p alone, because several models have several chances to be lucky (Holm).',
    body: models,
    table: allMetrics(manifest),
    isWide: true,
  });
}

/** What the words mean. */
export function meanings(): Markup {
  const verdicts = VERDICTS.map((verdict) => html`<dt>${badge(verdict)}</dt><dd>${VERDICT_MEANINGS[verdict]}</dd>\n`);
  return figure({
    title: 'What the words mean',
    lead: SKILL_MEANING,
    body: html`<dl>${verdicts}</dl>`,
    isWide: true,
  });
}

function badge(verdict: Verdict): Markup {
  return html`<span class="badge ${verdict}">${VERDICT_SIGNS[verdict]} ${VERDICT_WORDS[verdict]}</span>`;
}

/** Each figure beside that of the naive forecast on the same rows. */
function allMetrics(manifest: ReleaseManifest): Markup {
  const rows = MODEL_NAMES.flatMap((name) => {
    const { metrics, naive } = overallOf(manifest, name);
    return Object.keys(metrics).map((metric) => ({ name, metric, own: metrics[metric], naive: naive[metric] }));
  });
  return table(
    rows,
    [
      { title: 'Model', cell: ({ name }) => modelLabel(name) },
      { title: 'Metric', cell: ({ metric }) => wordOf(metric) },
      { title: 'Model', isNumber: true, cell: ({ own }) => formatFixed(own, 6) },
      { title: 'Naive', isNumber: true, cell: ({ naive }) => formatFixed(naive, 6) },
    ],
    'All metrics',
  );
}
