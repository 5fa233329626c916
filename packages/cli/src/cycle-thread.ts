import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type Config, type ErrorCode, toPavioError } from '@pavio/core';
import { createConsole, createConsoleLogger, type TextStream } from './console.ts';
import { Cycle, type CycleReport, type CycleStep } from './cycle.ts';
import { timeOfDay } from './format.ts';
import { summarizeCrawl } from './reports/crawl.ts';
import { summarizeFeatures } from './reports/features.ts';
import { summarizeTraining, summarizeVerdicts } from './reports/training.ts';
import { openWorkspace } from './workspace.ts';

/** What the thread is started with. */
export interface CycleThreadData {
  readonly config: Config;
  readonly isCrawling: boolean;
  readonly isJson: boolean;
  /** The terminal of the command, if it is one. */
  readonly terminal: Pick<TextStream, 'isTTY' | 'columns'>;
}

/** What the thread tells. */
export type CycleThreadMessage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cycle'; readonly report: CycleReport }
  | {
      readonly kind: 'failure';
      readonly code: ErrorCode;
      readonly sentence: string;
      /** Wrong settings stay wrong: there is no use in another cycle. */
      readonly isFinal: boolean;
    };

/**
 * Cycles on a schedule, in a thread of their own so that the API answers while models are fitted. Any message from the
 * parent stops it; so does the end of the process at any instant, because every step can be killed.
 */
async function main(): Promise<void> {
  const { config, isCrawling, isJson, terminal }: CycleThreadData = workerData;
  const post = (message: CycleThreadMessage) => parentPort?.postMessage(message);
  const stop = new AbortController();
  parentPort?.once('message', () => stop.abort());

  const stderr: TextStream = { ...terminal, write: (text) => post({ kind: 'text', text }) };
  const console = createConsole({ stdout: stderr, stderr, isJson });
  const workspace = openWorkspace(config, createConsoleLogger(config.logLevel, stderr, console));
  const cycle = new Cycle(workspace, console);
  while (!stop.signal.aborted) {
    const started = performance.now();
    try {
      const onStep = (step: CycleStep) => console.line(`${timeOfDay()} ${describeStep(step)}`);
      post({ kind: 'cycle', report: await cycle.run({ isCrawling, signal: stop.signal, onStep }) });
    } catch (thrown) {
      if (stop.signal.aborted) break;
      const error = toPavioError(thrown);
      workspace.log.debug({ err: error }, 'cycle failed');
      post({ kind: 'failure', code: error.code, sentence: error.sentence, isFinal: error.exit === 2 });
    }
    const pause = Math.max(0, config.every - (performance.now() - started));
    await sleep(pause, undefined, { signal: stop.signal }).catch(() => {});
  }
  await workspace.close();
  parentPort?.close();
}

function describeStep({ name, report }: CycleStep): string {
  switch (name) {
    case 'crawl':
      return `crawl     ${summarizeCrawl(report)}`;
    case 'features':
      return `features  ${summarizeFeatures(report)}`;
    case 'train':
      return `train     ${summarizeTraining(report)} ${summarizeVerdicts(report.manifest)}`;
  }
}

await main();
