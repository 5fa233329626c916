import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeFeatures, toPavioError } from '@pavio/core';
import { type AssetTask, runAssetTask } from './asset-task.ts';
import type { AssetAnswer, AssetMessage } from './asset-threads.ts';
import { PieceMemory } from './piece-memory.ts';

const { encoderModule }: { encoderModule: string } = workerData;
const { encodeFeatures }: { encodeFeatures: EncodeFeatures } = await import(encoderModule);

const memory = new PieceMemory();

parentPort?.on('message', (message: AssetMessage) => {
  if ('memory' in message) memory.giveBack(message.memory);
  else void run(message);
});

async function run({ task, pieces }: { readonly task: AssetTask; readonly pieces: number }): Promise<void> {
  try {
    memory.allow(pieces);
    const { bytes, layout } = runAssetTask(task, encodeFeatures);
    for await (const piece of bytes) {
      answer({ piece: await memory.copyOf(piece) });
    }
    answer({ layout: layout() });
  } catch (thrown) {
    const { code, message, remedy, details } = toPavioError(thrown);
    answer({ failure: { code, message, remedy, details } });
  }
}

function answer(message: AssetAnswer): void {
  parentPort?.postMessage(message);
}
