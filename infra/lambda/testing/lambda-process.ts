import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { RUNTIME_FLAGS } from '../src/code-cache.ts';
import { OFFSET } from './noon.ts';

export interface InvocationOrder {
  readonly event: unknown;
  readonly remainingMs: number;
}

/** What Lambda answers when a handler threw. */
export interface InvocationFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type RuntimeMessage =
  | { readonly kind: 'ready'; readonly ms: number; readonly cpuMs: number }
  | { readonly kind: 'result'; readonly result: unknown; readonly ms: number; readonly cpuMs: number }
  | { readonly kind: 'failure'; readonly failure: InvocationFailure };

export interface LambdaProcessOptions {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** The environment of the function; nothing else is passed on, but that it is noon. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the handler threw, under the name that Lambda reports. */
export class HandlerError extends Error {
  constructor({ errorType, errorMessage }: InvocationFailure) {
    super(errorMessage);
    this.name = errorType;
  }
}

/** A bundle in a fresh Node process: an execution environment of Lambda. */
export interface LambdaProcess {
  /** From the start of the process to the end of the bundle's initialisation: milliseconds, and those of the processor. */
  readonly started: { readonly ms: number; readonly cpuMs: number };
  /** Since the start of the process, when the last invocation had ended. */
  readonly answered: { readonly ms: number; readonly cpuMs: number };
  /** Lines that are JSON of what it has written so far: logs, and metrics in CloudWatch's format. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** @throws HandlerError what the handler threw. */
  invoke(event: unknown, remainingMs?: number): Promise<unknown>;
  stop(): Promise<void>;
}

const LONGEST_MS = 900_000;

/** Starts a bundle. @throws Error when its initialisation fails, with what it wrote. */
export async function startLambda({ bundle, env }: LambdaProcessOptions): Promise<LambdaProcess> {
  const index = pathToFileURL(path.resolve(bundle, 'index.mjs')).href;
  const child = spawn(process.execPath, [...RUNTIME_FLAGS, runtimeProgram(), index], {
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      CLOCK_OFFSET_MS: `${OFFSET}`,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // To one that has died, which its exit tells.
  child.stdin.on('error', () => undefined);
  const messages = createInterface({ input: child.stdio[3] as Readable });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ready = await nextMessage(child, messages, () => output);
  if (ready.kind !== 'ready') throw new Error(`The runtime of ${bundle} did not begin with "ready".`);
  let answered = { ms: ready.ms, cpuMs: ready.cpuMs };
  return {
    started: { ms: ready.ms, cpuMs: ready.cpuMs },
    get answered() {
      return answered;
    },
    get log() {
      return output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));
    },
    async invoke(event, remainingMs = LONGEST_MS) {
      child.stdin.write(`${JSON.stringify({ event, remainingMs } satisfies InvocationOrder)}\n`);
      const message = await nextMessage(child, messages, () => output);
      // What it wrote before it answered came by another way, and is taken up in the same turn.
      await setImmediate();
      if (message.kind === 'failure') throw new HandlerError(message.failure);
      if (message.kind === 'ready') throw new Error(`The runtime of ${bundle} said "ready" twice.`);
      answered = { ms: message.ms, cpuMs: message.cpuMs };
      return message.result;
    },
    async stop() {
      const isOver = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await isOver;
    },
  };
}

let program: string | undefined;

/** As JavaScript, like Lambda's own: to strip types takes a fresh process longer than much of what is measured in it. */
function runtimeProgram(): string {
  if (program === undefined) {
    program = path.join(mkdtempSync(path.join(tmpdir(), 'pavio-runtime-')), 'runtime.mjs');
    const source = readFileSync(path.join(import.meta.dirname, 'runtime.ts'), 'utf8');
    writeFileSync(program, transformSync(source, { loader: 'ts', format: 'esm' }).code);
  }
  return program;
}

function nextMessage(child: ChildProcess, messages: Interface, output: () => string): Promise<RuntimeMessage> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`The function ended with code ${code}: ${output()}`));
    child.once('exit', onExit);
    messages.once('line', (line) => {
      child.off('exit', onExit);
      resolve(JSON.parse(line) as RuntimeMessage);
    });
  });
}

/** One invocation in an environment of its own. */
export async function invokeOnce(
  options: LambdaProcessOptions,
  event: unknown,
  remainingMs?: number,
): Promise<{ readonly result: unknown; readonly log: LambdaProcess['log'] }> {
  const lambda = await startLambda(options);
  try {
    const result = await lambda.invoke(event, remainingMs);
    return { result, log: lambda.log };
  } finally {
    await lambda.stop();
  }
}
