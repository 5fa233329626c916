import { parentPort } from 'node:worker_threads';
import { type JobMessage, runJob } from '../src/trainer/job.ts';

/** A worker that throws outside a job at seed 13, leaves at seed 14, and else works. */
parentPort?.on('message', ({ id, job }: JobMessage) => {
  if (job.seed === 13) throw new Error('struck down');
  if (job.seed === 14) process.exit(7);
  parentPort?.postMessage({ id, result: runJob(job) }, []);
});
