import type { ReleaseManifest } from '@pavio/core';
import type { Command } from '../command.ts';
import { formatCount } from '../format.ts';
import { describeModels, summarizeVerdicts } from '../reports/training.ts';
import { renderTable } from '../table.ts';

export const modelsCommand: Command = {
  name: 'models',
  summary: 'List the released versions; the models of the live one with their verdicts',
  async run({ workspace: { registry }, console }) {
    const [versions, live] = await Promise.all([registry.versions(), registry.live()]);
    const current = live?.manifest.version;
    const value = { live: current ?? null, versions: versions.map(describeVersion) };
    if (versions.length === 0) return console.result(value, 'There are no versions yet. Make one: pavio run.');
    const table = renderTable(versions, [
      { title: '', cell: ({ version }) => (version === current ? '*' : '') },
      { title: 'version', cell: ({ version }) => version },
      { title: 'candles', cell: ({ source, quote, interval }) => `${source} ${quote} ${interval}` },
      { title: 'rows', align: 'right', cell: ({ training }) => formatCount(training.rows) },
      { title: 'assets', align: 'right', cell: ({ training }) => String(training.assets.length) },
      { title: 'until', cell: ({ training }) => training.to.replace('T00:00:00Z', '') },
      { title: 'gate', cell: ({ gate }) => `${gate.isPromoted ? 'passed' : 'refused'}: ${gate.reason}` },
    ]);
    const details =
      live === undefined
        ? []
        : ['', `* is live. ${summarizeVerdicts(live.manifest)}`, '', describeModels(live.manifest)];
    console.result(value, [table, ...details].join('\n'));
  },
};

/** A manifest without what is only of use to programs that load the files. */
function describeVersion({ checkRows: _rows, models, ...manifest }: ReleaseManifest) {
  const briefly = Object.entries(models).map(([name, model]) => {
    const { kind, parameters, file, evaluation, intervals } = model;
    return [name, { kind, parameters, file, evaluation: evaluation.overall, intervals }];
  });
  return { ...manifest, models: Object.fromEntries(briefly) };
}
