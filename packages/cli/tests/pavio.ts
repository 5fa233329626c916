import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '@pavio/core';
import { onTestFinished } from 'vitest';
import { runProgram } from '../src/index.ts';

const MAIN = path.resolve(import.meta.dirname, '../src/main.ts');
const OTHER_DAY = path.join(import.meta.dirname, 'programs/other-day.ts');

/**
 * It is noon as the tests of a file begin, always of the same day: no candle closes while they run, and what they learn
 * from is the same whenever they run.
 */
const OFFSET = Date.parse('2025-07-01T12:00:00Z') - Date.now();
export const clock: Clock = { now: () => Date.now() + OFFSET };

/** Settings that make one cycle small: three assets, a few hundred candles. */
export const SMALL = { PAVIO_ASSETS: 'BTC,ETH,SOL', PAVIO_START: daysAgo(500), PAVIO_THREADS: '1' };

export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything that was written so far, both streams. */
  output(): string;
  /** Settles when the output holds `text`; rejects when the process ends before. */
  until(text: string): Promise<void>;
}

/** Starts `pavio` as a process of its own, with nothing of the surrounding configuration. It dies with the test. */
export function startPavio(words: readonly string[], options: { cwd: string; env?: Record<string, string> }): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', OTHER_DAY, MAIN, ...words], {
    cwd: options.cwd,
    env: { PATH, HOME, CLOCK_OFFSET_MS: `${OFFSET}`, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const onData = (take: (text: string) => void) => (chunk: Buffer) => {
    take(chunk.toString());
    for (const watcher of watchers) watcher();
  };
  child.stdout.on(
    'data',
    onData((text) => void (stdout += text)),
  );
  child.stderr.on(
    'data',
    onData((text) => void (stderr += text)),
  );
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = () => stdout + stderr;
  return {
    process: child,
    ended,
    output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output().includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`pavio ended before it said "${text}":\n${output()}`)));
      }),
  };
}

/** Runs `pavio` to its end, in this process; its lake is `data` in the folder. */
export async function pavio(
  words: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const code = await runProgram(words, {
    env: { PAVIO_LAKE: path.join(cwd, 'data'), ...env },
    folder: cwd,
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
    signal: new AbortController().signal,
    clock,
  });
  return { code, stdout, stderr };
}

/** An empty folder that is removed after the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A day as `2020-01-31`. */
export function daysAgo(days: number): string {
  return new Date(clock.now() - days * 86_400_000).toISOString().slice(0, 10);
}
