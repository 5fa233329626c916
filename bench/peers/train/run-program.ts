import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program beside this file prints, as JSON: each figure comes from a process of its own. */
export async function figuresOf<T>(program: string, args: readonly string[], python?: string): Promise<T> {
  const file = path.join(import.meta.dirname, program);
  const { stdout } = await run(python ?? process.execPath, [file, ...args], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as T;
}

/** What went wrong, in the line that says so. */
export function firstLine(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  const lines = (stderr ?? '').split('\n').filter((line) => /error/iu.test(line));
  return lines.at(-1) ?? message.split('\n')[0]!;
}
