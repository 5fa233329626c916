import process from 'node:process';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Smaller data, where the benchmark has a smaller form. */
  readonly isQuick: boolean;
  /** All figures as JSON instead of tables. */
  readonly isJson: boolean;
}

/** What the command line of a benchmark asks for. Ends the process where that is its usage, or nothing it knows. */
export function benchOptions(usage: string): BenchOptions {
  try {
    const { values } = parseArgs({
      options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help !== true) return { isQuick: values.quick === true, isJson: values.json === true };
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
