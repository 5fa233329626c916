import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { codeCacheFile } from './load-program.ts';

/**
 * How Lambda's own program starts Node, in so far as V8 minds: it takes bytecode only where its flags were the same (those
 * about memory do not matter to it).
 */
export const RUNTIME_FLAGS = ['--expose-gc'];

/**
 * Starts the function in a folder once, as Lambda would, and puts V8's bytecode of what ran beside each of its modules.
 *
 * @param bucket what the function finds as it starts. A release is made for it, which takes seconds
 * @returns the bytes that were written
 */
export async function makeCodeCache(folder: string, bucket: 'empty' | 'release'): Promise<number> {
  const program = path.join(import.meta.dirname, 'write-code-cache.ts');
  // Nothing of who bundles; without its root, Windows opens no connection.
  const env = { SystemRoot: process.env['SystemRoot'] };
  await promisify(execFile)(process.execPath, [...RUNTIME_FLAGS, program, folder, bucket], { env });
  const written = (await readdir(folder)).filter((file) => file.endsWith(codeCacheFile('')));
  const sizes = await Promise.all(written.map(async (file) => (await stat(path.join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
