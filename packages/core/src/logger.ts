import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger };

/**
 * Structured logs: one JSON object a line, ISO time, the level's name. Without a destination they go to stderr, because
 * stdout belongs to results.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** A logger that says nothing, and so has nowhere to say it: pino would open stdout. */
export const silentLogger: Logger = pino({ level: 'silent' }, { write: () => undefined });
