import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../src/folder/lock.ts';

const run = promisify(execFile);

const PACKAGE = 'moto[server]==5.2.1';
const CACHE = path.resolve(import.meta.dirname, '../../../node_modules/.cache/pavio');
/** Others that wait while one installs, on a slow machine. */
const INSTALL_MS = 300_000;

/**
 * The Python of a private environment that has moto_server. The environment is made once, under a lock, and then reused by
 * all rooms' tests; one whose making was interrupted is made anew.
 *
 * @throws Error where there is no Python 3, or the package cannot be installed.
 */
export async function pythonWithMoto(): Promise<string> {
  const folder = path.join(CACHE, 'moto-5.2.1');
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const complete = path.join(folder, '.complete');
  if (existsSync(complete)) return python;
  await mkdir(CACHE, { recursive: true });
  return withFileLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(complete)) return python;
      await rm(folder, { recursive: true, force: true });
      await run('python3', ['-m', 'venv', folder]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]);
      await writeFile(complete, '');
      return python;
    },
    INSTALL_MS,
  );
}
