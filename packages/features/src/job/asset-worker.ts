import { parentPort, workerData } from 'node:worker_threads';
import { type EncodeFeatures, toPavioError } from '@pavio/core';
import { type AssetTask, runAssetTask } from './asset-task.ts';
import type { AssetAnswer, AssetMessage } from './asset-threads.ts';
import { PieceMemory } from './piece-memory.ts';

const { encoderModule }: { encoderModule: string } = workerData;
const { encodeFeatures }: { encodeFeatures: EncodeFeatures } = await import(encoderModule);

/**
 * Pieces that may wait to be stored: 192 MB of those that Parquet features come in, which is half of an asset of half a
 * million rows. Where each thread may be so far ahead of its turn, none has to wait for another.
 */
const MOST_PIECES = 48;

const memory = new PieceMemory(MOST_PIECES);

parentPort?.on('message', (message: AssetMessage) => {
  if ('memory' in message) memory.giveBack(message.memory);
  else void run(message.task);
});

async function run(task: AssetTask): Promise<void> {
  try {
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
