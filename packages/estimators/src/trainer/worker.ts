import { parentPort } from 'node:worker_threads';
import { describeFailure, runTask, type TaskMessage, type TaskResult } from './job.ts';

parentPort?.on('message', ({ id, task }: TaskMessage) => {
  try {
    const result = runTask(task);
    parentPort?.postMessage({ id, result }, buffersOf(result));
  } catch (error) {
    parentPort?.postMessage({ id, failure: describeFailure(error) }, []);
  }
});

/** The memory of a result, which moves to the receiver instead of being copied. */
function buffersOf(answer: TaskResult): ArrayBuffer[] {
  return [...new Set(arraysOf(answer).map(({ buffer }) => buffer as ArrayBuffer))];
}

function arraysOf(answer: TaskResult): ArrayBufferView[] {
  switch (answer.kind) {
    case 'fit': {
      const { model, predictions, importance } = answer.result;
      const arrays = [importance, ...Object.values(model.tensors).map(({ data }) => data)];
      return predictions === undefined ? arrays : [...arrays, predictions];
    }
    case 'trees': {
      const { arrays, gains, outOfBag } = answer.part;
      const { roots, feature, split, left, missingRight } = arrays;
      const ofBag = outOfBag === undefined ? [] : [outOfBag.target, outOfBag.sums, outOfBag.trees];
      return [roots, feature, split, left, missingRight, ...gains, ...ofBag];
    }
    case 'thresholds':
      return [...answer.thresholds];
    case 'helped':
      return [];
    case 'predict':
      return [answer.scores];
  }
}
