import { MODEL_NAMES, type ReleaseManifest } from '@pavio/core';
import { figure, modelLabel, table } from '../figure.ts';
import { formatCount, formatDay, formatDuration } from '../format.ts';
import { type Content, html, type Markup } from '../html.ts';

/** What the release is made of: enough to make it again. */
export function facts(manifest: ReleaseManifest): Markup {
  const { training, featureSet, gate, source, quote, interval, isSimulated } = manifest;
  const entries: readonly (readonly [string, Content])[] = [
    ['Release', `${manifest.version}, made ${formatDay(manifest.createdAt)} UTC by ${manifest.software}`],
    [
      'Promotion',
      `${gate.isPromoted ? 'Made live' : 'NOT made live'}: ${gate.reason}${gate.previous === null ? '' : ` Live before: ${gate.previous}.`}`,
    ],
    ['Candles', `${source}${isSimulated ? ' (SIMULATED)' : ''}, ${quote}, ${interval}`],
    ['Rows', `${formatCount(training.rows)}, ${formatDay(training.from)} to ${formatDay(training.to)}`],
    [
      'Learnt from',
      training.window === undefined ? 'all that is past' : `the newest ${formatDuration(training.window)} only`,
    ],
    ['Assets', html`<bdi>${training.assets.join(', ')}</bdi>`],
    ['Inputs', `${featureSet.inputs.length} of feature set ${featureSet.name}`],
    ['Feature set hash', html`<code>${featureSet.hash}</code>`],
    ['Data hash', html`<code>${training.data}</code>`],
    ['Seed', String(training.seed)],
  ];
  return figure({
    title: 'How it was made',
    lead: 'The same data, parameters and seed give the same files, byte for byte.',
    body: html`<dl>${entries.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>\n`)}</dl>
<h3>Parameters and files</h3>
${models(manifest)}
${manifest.folds.length === 0 ? undefined : html`<h3>Folds</h3>${folds(manifest)}`}`,
    isWide: true,
  });
}

function models(manifest: ReleaseManifest): Markup {
  const parametersOf = (parameters: Readonly<Record<string, unknown>>) =>
    Object.entries(parameters)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ');
  return table(
    MODEL_NAMES.map((name) => ({ name, ...manifest.models[name] })),
    [
      { title: 'Model', cell: ({ name }) => modelLabel(name) },
      { title: 'Parameters', cell: ({ parameters }) => parametersOf(parameters) || '–' },
      { title: 'Bytes', isNumber: true, cell: ({ file }) => formatCount(file.bytes) },
      { title: 'SHA-256', cell: ({ file }) => html`<code>${file.sha256.slice(0, 16)}…</code>` },
    ],
    'Parameters and files',
  );
}

function folds(manifest: ReleaseManifest): Markup {
  const span = ({ from, to }: { from: string; to: string }) => `${formatDay(from)} to ${formatDay(to)}`;
  return table(
    manifest.folds.map((fold, i) => ({ ...fold, number: i + 1 })),
    [
      { title: 'Fold', cell: ({ number }) => number },
      { title: 'Learnt from', cell: ({ train }) => span(train) },
      { title: 'Rows', isNumber: true, cell: ({ train }) => formatCount(train.rows) },
      { title: 'Tested on', cell: ({ test }) => span(test) },
      { title: 'Rows', isNumber: true, cell: ({ test }) => formatCount(test.rows) },
    ],
    'Folds of the walk-forward evaluation',
  );
}
