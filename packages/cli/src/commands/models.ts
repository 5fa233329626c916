import { isPavioError, type ReleaseManifest, type StoredVersion } from '@pavio/core';
import { applyRetention } from '@pavio/training';
import type { Command } from '../command.ts';
import { parseCount } from '../count.ts';
import { formatCount } from '../format.ts';
import { describeModels, summarizeVerdicts } from '../reports/training.ts';
import { describeTuned } from '../reports/tuning.ts';
import { renderTable } from '../table.ts';
import type { Workspace } from '../workspace.ts';

export const modelsCommand: Command<{ keep?: number }> = {
  name: 'models',
  summary: 'List the released versions; the models of the live one with their verdicts',
  details:
    'With --keep old versions are removed first, as after every training: never what is live, what was live before it ' +
    '(three rollbacks far), or what is younger than an hour.',
  configure: (program) => program.option('--keep <N>', 'remove all but the newest N versions', parseCount),
  async run({ workspace, console, options: { keep } }) {
    const { registry } = workspace;
    const removed = keep === undefined ? [] : await applyRetention({ ...workspace, keep });
    const versions = await registry.versions();
    const live = await readLive(workspace);
    const { version: current, isPinned = false } = live;
    const value = { live: current ?? null, isPinned, removed, versions: versions.map(describeVersion) };
    const lines = removed.length > 0 ? [`Removed: ${removed.join(', ')}.`, ''] : [];
    if (versions.length === 0) lines.push('There are no versions yet. Make one: pavio run.');
    else lines.push(tableOf(versions, current));
    if (live.manifest !== undefined) {
      const fate = isPinned ? 'live and PINNED: no training replaces it until pavio rollback --unpin' : 'live';
      const tuned = describeTuned(live.manifest);
      lines.push('', `* is ${fate}. ${summarizeVerdicts(live.manifest)}`);
      if (tuned !== undefined) lines.push(`Parameters ${tuned}.`);
      lines.push('', describeModels(live.manifest));
    }
    if (live.problem !== undefined) lines.push('', `What is live cannot be read: ${live.problem}`);
    console.result(value, lines.join('\n'));
  },
};

interface Live {
  readonly version?: string;
  readonly isPinned?: boolean;
  readonly manifest?: ReleaseManifest;
  readonly problem?: string;
}

/** What is live; its damage is shown beside the versions that could take its place. */
async function readLive({ registry }: Workspace): Promise<Live> {
  try {
    const live = await registry.live();
    return live === undefined ? {} : { ...live, version: live.manifest.version };
  } catch (error) {
    if (!isPavioError(error, 'bad_model')) throw error;
    return { problem: `${error.message} Make a version live again: pavio rollback VERSION.` };
  }
}

function tableOf(versions: readonly StoredVersion[], live: string | undefined): string {
  const of = (describe: (manifest: ReleaseManifest) => string) => (stored: StoredVersion) =>
    'manifest' in stored ? describe(stored.manifest) : '–';
  return renderTable(versions, [
    { title: '', cell: ({ version }) => (version === live ? '*' : '') },
    { title: 'version', cell: ({ version }) => version },
    { title: 'candles', cell: of(({ source, quote, interval }) => `${source} ${quote} ${interval}`) },
    { title: 'rows', align: 'right', cell: of(({ training }) => formatCount(training.rows)) },
    { title: 'assets', align: 'right', cell: of(({ training }) => String(training.assets.length)) },
    { title: 'until', cell: of(({ training }) => training.to.replace('T00:00:00Z', '')) },
    { title: 'gate', cell: describeGate },
  ]);
}

function describeGate(stored: StoredVersion): string {
  if ('problem' in stored) return `DAMAGED: ${stored.problem.message}`;
  const { isPromoted, reason } = stored.manifest.gate;
  return `${isPromoted ? 'passed' : 'refused'}: ${reason}`;
}

/** A version without what is only of use to programs that load the files. */
function describeVersion(stored: StoredVersion) {
  if ('problem' in stored) {
    const { code, message, details } = stored.problem;
    return { version: stored.version, problem: { code, message, details } };
  }
  const { checkRows: _rows, models, ...manifest } = stored.manifest;
  const briefly = Object.entries(models).map(([name, model]) => {
    const { kind, parameters, tuning, file, onnx, evaluation, intervals } = model;
    return [name, { kind, parameters, tuning, file, onnx, evaluation: evaluation.overall, intervals }];
  });
  return { ...manifest, models: Object.fromEntries(briefly) };
}
