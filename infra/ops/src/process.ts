import process from 'node:process';
import { runOps } from './program.ts';

/** Runs a command as this process: its environment, its streams, its exit code; Ctrl-C stops it, a second one at once. */
export async function main(words: readonly string[]): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
    });
  }
  const { env, stdin, stdout, stderr } = process;
  process.exitCode = await runOps(words, { env, stdin, stdout, stderr, signal: stop.signal });
}
