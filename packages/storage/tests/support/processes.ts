import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';

export interface Program {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Resolves when the program has printed `text`. */
  printed(text: string): Promise<void>;
}

/** Starts a program of tests/programs as a process of its own, which ends with the test at the latest. */
export function startProgram(name: string, ...args: readonly string[]): Program {
  const file = path.join(import.meta.dirname, '../programs', name);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // Not 'exit': what it printed last may still be on its way then.
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? 'unknown');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    output: () => output,
    ended,
    printed: async (text) => {
      while (!output.includes(text)) await once(child.stdout, 'data');
    },
  };
}
