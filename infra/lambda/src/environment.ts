import process from 'node:process';
import { type Config, createLogger, type Logger, loadConfig } from '@pavio/core';

export interface Environment {
  readonly config: Config;
  readonly log: Logger;
}

/**
 * The configuration as the environment of the function says (`BUCKET_NAME`, `PAVIO_*`), and the function's log.
 *
 * @param known what was learnt elsewhere and wins over the environment: a secret, the market of the run
 * @throws PavioError `bad_config`.
 */
export function readEnvironment(known: Partial<Config> = {}): Environment {
  const config = { ...loadConfig({ env: process.env }), ...known };
  // Lambda takes what is written to stdout into the function's log; lines that are JSON stay as they are.
  const log = createLogger(config.logLevel ?? 'info', { write: (line) => void process.stdout.write(line) });
  return { config, log };
}
