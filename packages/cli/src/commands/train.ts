import { storeReport } from '@pavio/training';
import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { describeTraining } from '../reports/training.ts';

export const trainCommand: Command<{ force?: true; report: boolean }> = {
  name: 'train',
  summary: 'Fit, judge and release the five models on the newest features',
  details:
    'Walk-forward evaluation by time, then a new version under models/. It becomes the live one unless it is significantly ' +
    'worse than what is live. The same features and seed give the same files, so training twice changes nothing. ' +
    'With --window 730d models learn from the newest two years alone, in every fold as in the release; with --window 500 ' +
    'from the newest 500 candles. A page with plots is stored under reports/.',
  configure: (program) =>
    program
      .option('--force', 'train even if there is nothing new to learn')
      .option('--no-report', 'store no page with plots'),
  async run({ workspace, console, signal, options }) {
    const training = await new Cycle(workspace, console).train({ signal, isForced: options.force === true });
    const page = options.report ? await storeReport(workspace.store, training.manifest) : undefined;
    const lines = [describeTraining(training), ...(page === undefined ? [] : ['', `Report with plots: ${page}`])];
    console.result({ ...training, report: page }, lines.join('\n'));
  },
};
