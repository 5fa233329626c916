import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonVenvOrReason } from '@pavio/storage/testing';

const run = promisify(execFile);
const python = await pythonVenvOrReason('cfn-lint', ['cfn-lint==1.58.0']);

/** Why there is no cfn-lint, as the end of a test's name; empty where there is one. */
export const NO_LINT = typeof python === 'string' ? '' : ` (SKIPPED: ${python.unavailable})`;

/** What cfn-lint says of templates; nothing where all is well. That it could not even start is told, too. */
export async function lint(files: readonly string[]): Promise<string> {
  const command = path.join(path.dirname(python as string), 'cfn-lint');
  // W3005: the library names as a dependency what a reference makes one already.
  const args = ['--regions', 'us-east-1', '--ignore-checks', 'W3005', '--', ...files];
  try {
    return (await run(command, args)).stdout;
  } catch (error) {
    // It ends with a code of its own when it found something.
    return (error as { stdout?: string }).stdout || String(error);
  }
}
