import type { Command as Program } from 'commander';
import type { Console, TextStream } from './console.ts';
import type { Workspace } from './workspace.ts';

/** What a command is run with. */
export interface CommandContext<Options = Record<string, never>> {
  readonly workspace: Workspace;
  readonly console: Console;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly args: readonly string[];
  /** Options of this command alone; the settings are in the workspace's configuration. */
  readonly options: Options;
  /** Where a person looks, for what draws there itself. */
  readonly stderr: TextStream;
}

/** One command of `pavio`. */
export interface Command<Options = Record<string, never>> {
  readonly name: string;
  /** Arguments as commander spells them: `<path...>`. */
  readonly args?: string;
  readonly summary: string;
  /** Paragraphs below the summary in `pavio NAME --help`. */
  readonly details?: string;
  /** It works on candles: which ones are not looked at is said first. */
  readonly usesCandles?: true;
  /** Adds options of its own. */
  readonly configure?: (program: Program) => void;
  /** Does the work; an exit code other than 0 is returned, or an error thrown. */
  readonly run: (context: CommandContext<Options>) => Promise<void>;
}
