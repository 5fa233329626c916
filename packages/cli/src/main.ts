#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

// What Node makes of the TypeScript is kept between runs: it halves the time to start. Imports above this line are not.
enableCompileCache();
const { runProgram } = await import('./program.ts');

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second one does not wait for anybody: every step can be killed.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
}

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
});
