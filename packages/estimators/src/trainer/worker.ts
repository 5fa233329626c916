import { parentPort } from 'node:worker_threads';
import { describeFailure, type JobAnswer, type JobMessage, runJob } from './job.ts';

parentPort?.on('message', ({ id, job }: JobMessage) => {
  parentPort?.postMessage(answer(id, job));
});

function answer(id: number, job: JobMessage['job']): JobAnswer {
  try {
    return { id, result: runJob(job) };
  } catch (error) {
    return { id, failure: describeFailure(error) };
  }
}
