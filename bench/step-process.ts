// Runs one command of pavio in this process and tells its parent what that cost.
import process from 'node:process';
import { runProgram } from '@pavio/cli';

export interface StepFigures {
  /** From the start of the process. */
  readonly seconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const code = await runProgram(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
});
if (code !== 0) process.exit(code);
const { user, system } = process.cpuUsage();
const figures: StepFigures = {
  seconds: performance.now() / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
process.send?.(figures, () => process.disconnect());
