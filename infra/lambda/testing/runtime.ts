// A stand-in for Lambda's runtime, in a process of its own: imports a bundle, calls its handler with the events that it is
// sent, one after the other, and tells its parent what came of each. node runtime.ts FOLDER
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { InvocationOrder, RuntimeMessage } from './lambda-process.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;

function tell(message: RuntimeMessage): void {
  process.send?.(message);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// Set before anything reads it: by CLOCK_OFFSET_MS milliseconds.
const { now } = Date;
const offset = Number(process.env['CLOCK_OFFSET_MS'] ?? 0);
Date.now = () => now() + offset;

const bundle = pathToFileURL(path.resolve(process.argv[2] ?? '', 'index.mjs')).href;
const { handler } = (await import(bundle)) as { handler: Handler };
tell({ kind: 'ready', ms: performance.now(), cpuMs: cpuMs() });

process.on('message', (order: InvocationOrder) => void invoke(order));

async function invoke({ event, remainingMs }: InvocationOrder): Promise<void> {
  const end = Date.now() + remainingMs;
  const context = {
    awsRequestId: crypto.randomUUID(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => end - Date.now(),
  };
  try {
    // As on its way through Lambda: JSON.
    const result: unknown = JSON.parse(JSON.stringify((await handler(event, context)) ?? null));
    tell({ kind: 'result', result, ms: performance.now(), cpuMs: cpuMs() });
  } catch (thrown) {
    const { name, message } = thrown as Error;
    tell({ kind: 'failure', failure: { errorType: name, errorMessage: message } });
  }
}
