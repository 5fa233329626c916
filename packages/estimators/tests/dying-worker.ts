import { parentPort } from 'node:worker_threads';
import { runTask, type TaskMessage } from '../src/trainer/job.ts';

/** A worker that throws outside a job at seed 13, leaves at seed 14, leaves a team at seed 15, and else works. */
parentPort?.on('message', ({ id, task }: TaskMessage) => {
  const { seed } = task.job;
  if (seed === 13) throw new Error('struck down');
  if (seed === 14 || (seed === 15 && task.kind === 'team' && task.team.member === 1)) process.exit(7);
  parentPort?.postMessage({ id, result: runTask(task) }, []);
});
