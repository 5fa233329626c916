import { parentPort } from 'node:worker_threads';
import { describeFailure, type FitResult, type JobMessage, runJob } from './job.ts';

parentPort?.on('message', ({ id, job }: JobMessage) => {
  try {
    const result = runJob(job);
    parentPort?.postMessage({ id, result }, buffersOf(result));
  } catch (error) {
    parentPort?.postMessage({ id, failure: describeFailure(error) }, []);
  }
});

/** The memory of a result, which moves to the receiver instead of being copied. */
function buffersOf({ model, predictions, importance }: FitResult): ArrayBuffer[] {
  const arrays = [importance, ...Object.values(model.tensors).map(({ data }) => data)];
  if (predictions !== undefined) arrays.push(predictions);
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
