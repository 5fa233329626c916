import type { Readable } from 'node:stream';
import type { Console, TextStream } from '@pavio/cli';
import type { Clock } from '@pavio/core';
import type { Command as Program } from 'commander';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command is run with. */
export interface OpsContext<Options = Record<string, never>> {
  readonly console: Console;
  readonly env: Environment;
  readonly clock: Clock;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly options: Options;
}

/** One command for those who run Pavio: `npm run NAME -- ...`. */
export interface OpsCommand<Options = Record<string, never>> {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs below the summary in `--help`. */
  readonly details: string;
  readonly configure: (program: Program) => void;
  /** Does the work; throws a PavioError where it cannot. */
  readonly run: (context: OpsContext<Options>) => Promise<void>;
}
