import type { Clock } from '@pavio/core';
import { runTrial, type Study, type StudyJob } from './study.ts';

export interface SearchJob extends StudyJob {
  readonly clock: Clock;
  /** Trials of each study beside that of the defaults; without a number the time alone ends the search. */
  readonly trials: number | undefined;
  /** Milliseconds; trials that have begun by then are finished. */
  readonly time: number | undefined;
  readonly onProgress?: (progress: SearchProgress) => void;
}

export interface SearchProgress {
  /** Trials; seconds where the time alone ends the search. */
  readonly done: number;
  readonly total: number;
  /** Trials of all studies that are recorded. */
  readonly trials: number;
}

/**
 * Runs the trials that are not recorded yet: of all studies by turns, so that whatever the time is enough for is shared
 * fairly, and several at once. A trial's parameters follow from its number and its loss from its parameters, so neither
 * the order nor the number of threads nor an interruption changes what is found.
 */
export async function search(studies: readonly Study[], job: SearchJob): Promise<void> {
  const { clock, trials = Infinity, time = Infinity, onProgress } = job;
  const started = clock.now();
  const isTimeUp = () => clock.now() - started >= time;
  const report = () => {
    const recorded = studies.reduce(
      (sum, study) => sum + [...study.trials.keys()].filter((n) => n <= trials).length,
      0,
    );
    const [done, total] =
      trials < Infinity
        ? [recorded, studies.length * (trials + 1)]
        : [Math.min(time, clock.now() - started) / 1000, time / 1000];
    onProgress?.({ done: Math.floor(done), total: Math.ceil(total), trials: recorded });
  };
  function* missing() {
    for (let number = 0; number <= trials; number++) {
      for (const study of studies) {
        if (number > 0 && isTimeUp()) return;
        if (!study.trials.has(number)) yield { study, number };
      }
    }
  }
  const queue = missing();
  // Ending one loop ends the queue, and so the others: after an error no trial begins.
  const work = async () => {
    for (const { study, number } of queue) {
      await runTrial(study, number, job);
      report();
    }
  };
  report();
  await Promise.all(Array.from({ length: job.walk.trainer.threads }, work));
}
