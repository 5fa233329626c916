import type { Command } from '../command.ts';
import { Cycle } from '../cycle.ts';
import { describeTraining } from '../reports/training.ts';

export const trainCommand: Command<{ force?: true }> = {
  name: 'train',
  summary: 'Fit, judge and release the five models on the newest features',
  details:
    'Walk-forward evaluation by time, then a new version under models/. It becomes the live one unless it is significantly ' +
    'worse than what is live. The same features and seed give the same files, so training twice changes nothing.',
  configure: (program) => program.option('--force', 'train even if there is nothing new to learn'),
  async run({ workspace, console, signal, options }) {
    const report = await new Cycle(workspace, console).train({ signal, isForced: options.force === true });
    console.result(report, describeTraining(report));
  },
};
