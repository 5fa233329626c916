import { createLogger, type Logger, type LogLevel } from '@pavio/core';

/** A stream that text is written to; `isTTY` where a person looks at a terminal. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/**
 * What a command says. Results go to stdout; everything else goes to stderr: progress as one line that changes on a
 * terminal and as plain lines elsewhere. With `--json` the result is one JSON document, and stderr carries log lines only.
 */
export interface Console {
  readonly isJson: boolean;
  /** The result: `text` for people, `value` for programs. */
  result(value: unknown, text: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** How far long work is. On a terminal it replaces the line before; elsewhere only every tenth part is written. */
  progress(step: string, done: number, total: number, note?: string): void;
}

export interface ConsoleOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly isJson: boolean;
}

export function createConsole({ stdout, stderr, isJson }: ConsoleOptions): Console {
  const isTerminal = stderr.isTTY === true;
  let isLineOpen = false;
  let lastShown = '';

  const clearLine = () => {
    if (isLineOpen) stderr.write('\r\x1b[2K');
    isLineOpen = false;
  };
  return {
    isJson,
    result(value, text) {
      clearLine();
      stdout.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
    },
    line(text) {
      if (isJson) return;
      clearLine();
      stderr.write(`${text}\n`);
    },
    progress(step, done, total, note = '') {
      if (isJson) return;
      const tenths = total > 0 ? Math.floor((done / total) * 10) : 10;
      if (isTerminal) {
        const bar = '█'.repeat(tenths) + '░'.repeat(10 - tenths);
        const text = `${step.padEnd(9)} ${bar} ${done}/${total} ${note}`.slice(0, (stderr.columns ?? 80) - 1);
        stderr.write(`\r\x1b[2K${text}`);
        isLineOpen = true;
        if (done >= total) clearLine();
        return;
      }
      const shown = `${step} ${tenths}`;
      if (shown !== lastShown) stderr.write(`${step} ${tenths * 10} % (${done}/${total}) ${note}`.trimEnd() + '\n');
      lastShown = shown;
    },
  };
}

const LEVEL_LABELS: Record<string, string> = { warn: 'Warning: ', error: 'Error: ' };

/** The log of a command, on stderr: JSON lines with `--json`, else sentences. */
export function createConsoleLogger(level: LogLevel | undefined, stderr: TextStream, console: Console): Logger {
  if (console.isJson) return createLogger(level ?? 'info', { write: (line) => void stderr.write(line) });
  return createLogger(level ?? 'warn', {
    write: (line) => {
      const { level: label, msg } = JSON.parse(line) as { level: string; msg?: string };
      console.line(`${LEVEL_LABELS[label] ?? ''}${msg ?? ''}`);
    },
  });
}
