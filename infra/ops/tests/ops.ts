import { PassThrough } from 'node:stream';
import type { Clock } from '@pavio/core';
import { runOps } from '../src/index.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface OpsOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a person types; without it nobody is there. */
  readonly typed?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** Runs a command in this process, to its end. */
export async function ops(words: readonly string[], options: OpsOptions = {}): Promise<Ended> {
  const { env = process.env, typed, clock, signal = new AbortController().signal } = options;
  let stdout = '';
  let stderr = '';
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  stdin.end(typed ?? '');
  const code = await runOps(words, {
    env,
    stdin,
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    signal,
    ...(clock && { clock }),
  });
  return { code, stdout, stderr };
}
