import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../src/folder/lock.ts';

const run = promisify(execFile);

const CACHE = path.resolve(import.meta.dirname, '../../../node_modules/.cache/pavio');
/** Others that wait while one installs, on a slow machine. */
const INSTALL_MS = 1_800_000;

/** Why something outside of this checkout is not there; for the message of the tests that are skipped. */
export interface Unavailable {
  readonly unavailable: string;
}

/**
 * The Python of a private environment with the given packages, pinned as `pandas==3.1.1`. The environment is made once,
 * under a lock, and then reused by all rooms' tests and benches; one whose making was interrupted is made anew, and other
 * pins make another one.
 *
 * @throws Error where there is no Python 3, or a package cannot be installed.
 */
export async function pythonVenv(name: string, requirements: readonly string[]): Promise<string> {
  const pins = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 8);
  const folder = path.join(CACHE, `${name}-${pins}`);
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
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements]);
      await writeFile(complete, '');
      return python;
    },
    INSTALL_MS,
  );
}

/** The same for tests: says why it cannot be had, but with CI=true in the environment that is an error: there they must run. */
export async function pythonVenvOrReason(name: string, requirements: readonly string[]): Promise<string | Unavailable> {
  try {
    return await pythonVenv(name, requirements);
  } catch (error) {
    const reason = `no Python with ${requirements.join(', ')}: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    return { unavailable: reason };
  }
}
