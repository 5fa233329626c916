// The benchmarks' command lines; what they measure is for whoever runs them.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const BENCH = path.join(path.dirname(import.meta.dirname), 'bench');
const run = promisify(execFile);
const bench = (...words: string[]) => run(process.execPath, [path.join(BENCH, 'run.ts'), ...words]);
const NAMES = ['steps', 'features', 'train', 'spark', 'cold'];

describe('pnpm bench', () => {
  it('lists what there is to measure', async () => {
    const { stdout } = await bench();
    expect(Array.from(stdout.matchAll(/^ {2}(\w+) /gm), ([, name]) => name)).toEqual(NAMES);
    expect(readdirSync(BENCH)).toEqual(expect.arrayContaining(NAMES.map((name) => `${name}.ts`)));
  });

  it.each(NAMES)('says what %s measures', async (name) => {
    const { stdout } = await bench(name, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: node bench/${name}\\.ts`));
  });

  it.each([
    ['an unknown name', ['speed'], 'There is no benchmark "speed"'],
    ['an unknown option', ['steps', '--fast'], '--fast'],
  ])('refuses %s', async (_what, words, message) => {
    await expect(bench(...words)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message) as string,
    });
  });
});
