import { PavioError, type ReleaseManifest } from '@pavio/core';
import { rollback, unpin } from '@pavio/training';
import type { Command, CommandContext } from '../command.ts';
import { summarizeVerdicts } from '../reports/training.ts';

interface RollbackOptions {
  readonly pin?: true;
  readonly unpin?: true;
}

const REPLACED = 'The next training that passes the gate goes live in its place.';
const PINNED =
  'It is pinned: no training replaces it until you say pavio rollback --unpin, or roll back to another one.';

export const rollbackCommand: Command<RollbackOptions> = {
  name: 'rollback',
  args: '[version]',
  summary: 'Make an earlier release live again',
  details:
    'Without a version: the one that was live before. It must load, give its stored predictions and read the features of ' +
    'today. It stays live until the next training makes a release that passes the gate; with --pin until --unpin, or ' +
    'until another release is rolled back to.',
  configure: (program) =>
    program
      .option('--pin', 'let no training replace it')
      .option('--unpin', 'let trainings replace what is live again; nothing is rolled back'),
  run: (context) => (context.options.unpin === true ? unpinLive(context) : rollBack(context)),
};

async function rollBack({ workspace, console, args: [version], options }: CommandContext<RollbackOptions>) {
  const { registry, log } = workspace;
  const report = await rollback({ registry, log, version, isPinned: options.pin === true });
  const { manifest, replaced, isChanged, isPinned } = report;
  const fate = isChanged
    ? `is live now${replaced === null ? '' : `, in place of ${replaced}`}`
    : 'was live already: nothing changed';
  const lines = [
    describe(manifest, options.pin === true && !isChanged ? 'is live, as it was' : fate),
    summarize(manifest),
    ...(isPinned ? [PINNED] : isChanged ? [REPLACED] : []),
  ];
  const { isSimulated, gate, version: live } = manifest;
  console.result({ live, replaced, isChanged, isPinned, isSimulated, previous: gate.previous }, lines.join('\n'));
}

async function unpinLive({ workspace, console, args: [version], options }: CommandContext<RollbackOptions>) {
  if (version !== undefined || options.pin === true) {
    throw new PavioError('bad_usage', '--unpin goes with no version and not with --pin: it unpins what is live.', {
      remedy: 'Say pavio rollback --unpin, or pavio rollback VERSION.',
    });
  }
  const { manifest, isChanged, isPinned } = await unpin(workspace);
  const lines = [
    describe(manifest, isChanged ? 'is not pinned any more' : 'was not pinned: nothing changed'),
    REPLACED,
  ];
  const { isSimulated, gate, version: live } = manifest;
  console.result({ live, isChanged, isPinned, isSimulated, previous: gate.previous }, lines.join('\n'));
}

function describe({ version, isSimulated }: ReleaseManifest, fate: string): string {
  return `Release ${version}${isSimulated ? ' (SIMULATED candles)' : ''} ${fate}.`;
}

function summarize(manifest: ReleaseManifest): string {
  const { source, quote, interval, training } = manifest;
  const until = training.to.replace('T00:00:00Z', '');
  return `Trained on ${source} ${quote} ${interval} candles until ${until}. ${summarizeVerdicts(manifest)}`;
}
