import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startLambda } from '@pavio/lambda/testing';

/** Milliseconds of wall time from the call that starts the process. */
export interface Start {
  /** Until the handler can be called: everything is imported, and the models are loaded where there are any. */
  readonly ready: number;
  /** Until the first request is answered; undefined where none was made. */
  readonly answered?: number;
  /** Of the processor, until it was ready; ours only. */
  readonly processor?: number;
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>;
  /** The first event. */
  readonly event?: unknown;
}

/** Starts one of our bundles in a fresh Node process. */
export async function startOurs(bundle: string, { env, event }: StartOptions): Promise<Start> {
  const begun = performance.now();
  const lambda = await startLambda({ bundle, env });
  try {
    const ready = performance.now() - begun;
    const processor = lambda.started.cpuMs;
    if (event === undefined) return { ready, processor };
    assertAnswered(await lambda.invoke(event));
    return { ready, processor, answered: performance.now() - begun };
  } finally {
    await lambda.stop();
  }
}

/** Starts the peer in a fresh Python process. */
export async function startPeer(python: string, { env, event }: Required<StartOptions>): Promise<Start> {
  const begun = performance.now();
  const child = spawn(python, ['runtime.py'], {
    cwd: path.join(import.meta.dirname),
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout });
    await lineOf(lines, child);
    const ready = performance.now() - begun;
    const line = lineOf(lines, child);
    child.stdin.write(`${JSON.stringify(event)}\n`);
    assertAnswered(JSON.parse(await line));
    return { ready, answered: performance.now() - begun };
  } finally {
    child.kill('SIGKILL');
  }
}

function assertAnswered(answer: unknown): void {
  const { statusCode, body } = answer as { statusCode: number; body: string };
  if (statusCode !== 200 || JSON.parse(body).total_modelos !== 5)
    throw new Error(`The first answer is ${statusCode}: ${body}`);
}

async function lineOf(lines: ReturnType<typeof createInterface>, child: ChildProcess): Promise<string> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The peer ended with code ${code}.`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  return line;
}
