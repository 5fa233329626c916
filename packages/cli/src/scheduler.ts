import { Worker } from 'node:worker_threads';
import type { Config } from '@pavio/core';
import type { TextStream } from './console.ts';
import type { CycleThreadData, CycleThreadMessage } from './cycle-thread.ts';

export interface SchedulerOptions {
  readonly config: Config;
  readonly isCrawling: boolean;
  readonly isJson: boolean;
  readonly stderr: TextStream;
  readonly onMessage: (message: Exclude<CycleThreadMessage, { kind: 'text' }>) => void;
}

export interface Scheduler {
  /** Settles when the thread is gone: rejects if it died. */
  readonly ended: Promise<void>;
  /** Lets the step under way end, for so long as `PATIENCE_MS`; then ends it. */
  stop(): Promise<void>;
}

/** How long a step may take to notice that it is to stop. */
const PATIENCE_MS = 3000;

/** Starts the thread that runs the cycles. */
export function startScheduler({ config, isCrawling, isJson, stderr, onMessage }: SchedulerOptions): Scheduler {
  const terminal = { isTTY: stderr.isTTY, columns: stderr.columns };
  const data: CycleThreadData = { config, isCrawling, isJson, terminal };
  const worker = new Worker(new URL('./cycle-thread.ts', import.meta.url), { workerData: data });
  worker.on('message', (message: CycleThreadMessage) => {
    if (message.kind === 'text') stderr.write(message.text);
    else onMessage(message);
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  return {
    ended,
    async stop() {
      worker.postMessage('stop');
      const patience = setTimeout(() => void worker.terminate(), PATIENCE_MS);
      await ended.catch(() => {});
      clearTimeout(patience);
    },
  };
}
