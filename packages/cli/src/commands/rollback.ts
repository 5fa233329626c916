import { rollback } from '@pavio/training';
import type { Command } from '../command.ts';
import { summarizeVerdicts } from '../reports/training.ts';

export const rollbackCommand: Command = {
  name: 'rollback',
  args: '[version]',
  summary: 'Make an earlier release live again',
  details:
    'Without a version: the one that was live before. It must load, give its stored predictions and read the features of ' +
    'today. It stays live until the next training makes a release that passes the gate.',
  async run({ workspace: { registry, log }, console, args: [version] }) {
    const { manifest, replaced, isChanged } = await rollback({ registry, log, version });
    const { source, quote, interval, training, isSimulated, gate } = manifest;
    const simulated = isSimulated ? ' (SIMULATED candles)' : '';
    const fate = isChanged
      ? `is live now${replaced === null ? '' : `, in place of ${replaced}`}`
      : 'was live already: nothing changed';
    const lines = [
      `Release ${manifest.version}${simulated} ${fate}.`,
      `Trained on ${source} ${quote} ${interval} candles until ${training.to.replace('T00:00:00Z', '')}. ${summarizeVerdicts(manifest)}`,
      ...(isChanged ? ['The next training that passes the gate goes live in its place.'] : []),
    ];
    const value = { live: manifest.version, replaced, isChanged, isSimulated, previous: gate.previous };
    console.result(value, lines.join('\n'));
  },
};
