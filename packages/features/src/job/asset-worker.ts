import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeFeatures, toPavioError } from '@pavio/core';
import { runAssetTask } from './asset-task.ts';
import type { AssetAnswer, AssetMessage } from './asset-threads.ts';

const { encoderModule }: { encoderModule: string } = workerData;
const { encodeFeatures }: { encodeFeatures: EncodeFeatures } = await import(encoderModule);

parentPort?.on('message', ({ task }: AssetMessage) => {
  const answer = answerTo(task);
  const memory = 'encoded' in answer ? answer.encoded.bytes.map(({ buffer }) => buffer) : [];
  parentPort?.postMessage(answer, memory);
});

function answerTo(task: AssetMessage['task']): AssetAnswer {
  try {
    return { encoded: runAssetTask(task, encodeFeatures) };
  } catch (thrown) {
    const { code, message, remedy, details } = toPavioError(thrown);
    return { failure: { code, message, remedy, details } };
  }
}
