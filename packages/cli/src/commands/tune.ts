import { MODEL_NAMES, parseDuration } from '@pavio/core';
import { describeSpace } from '@pavio/training';
import { InvalidArgumentError } from 'commander';
import type { Command } from '../command.ts';
import { parseCount } from '../count.ts';
import { describeTuning } from '../reports/tuning.ts';
import { tuneModels } from '../steps.ts';

interface TuneOptions {
  readonly trials?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly models?: string;
}

export const tuneCommand: Command<TuneOptions> = {
  name: 'tune',
  summary: 'Search better parameters for the models, inside the walk-forward',
  details:
    'Random search, judged on folds that it had not seen when it chose. What is better than the defaults there, beyond ' +
    'chance, is used by the next training; else the defaults stay. Every trial is recorded under tuning/: stopped and ' +
    'run again, the search continues, with the same result as if it had not been stopped.\n\nIt draws from:\n' +
    MODEL_NAMES.map((name) => `  ${name.padEnd(15)} ${describeSpace(name)}`).join('\n'),
  configure: (program) =>
    program
      .option('--trials <NUMBER>', 'sets of parameters to draw for each model (30, unless --time is given)', parseCount)
      .option('--time <DURATION>', 'begin no trial after this time: 90s, 10m, 2h', parseTime)
      .option('--models <NAME,...>', `which models: ${MODEL_NAMES.join(', ')} (all)`),
  async run({ workspace, console, signal, options }) {
    const report = await tuneModels(workspace, {
      signal,
      models: options.models?.split(',').map((name) => name.trim()),
      trials: options.trials,
      time: options.time,
      onProgress: ({ done, total, trials }) => console.progress('tune', done, total, `${trials} trials`),
    });
    console.result(report, describeTuning(report));
  },
};

function parseTime(text: string): number {
  const time = parseDuration(text);
  if (time === undefined) throw new InvalidArgumentError('It must be a time like 90s, 10m or 2h.');
  return time;
}
