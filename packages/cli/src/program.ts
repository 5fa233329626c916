import { type Clock, flagName, isPavioError, SETTINGS, type SettingName, toPavioError } from '@pavio/core';
import { CommanderError, Command as Program } from 'commander';
import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { crawlCommand } from './commands/crawl.ts';
import { doctorCommand } from './commands/doctor.ts';
import { featuresCommand } from './commands/features.ts';
import { importCommand } from './commands/import.ts';
import { modelsCommand } from './commands/models.ts';
import { predictCommand } from './commands/predict.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommand } from './commands/tune.ts';
import { upCommand } from './commands/up.ts';
import { createConsole, createConsoleLogger, type TextStream } from './console.ts';
import { SOFTWARE } from './software.ts';
import { describeUnseen, unseenSeries } from './take-over.ts';
import { openWorkspace, readConfig } from './workspace.ts';

const COMMANDS: readonly Command<never>[] = [
  upCommand,
  runCommand,
  crawlCommand,
  importCommand,
  featuresCommand,
  trainCommand,
  tuneCommand,
  predictCommand,
  serveCommand,
  modelsCommand,
  runsCommand,
  rollbackCommand,
  checkCommand,
  doctorCommand,
];

/** Settings that have a flag, in the order of the table. */
const FLAG_SETTINGS = (Object.keys(SETTINGS) as SettingName[]).filter((name) => 'flag' in SETTINGS[name]);

/** The world around a command. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly folder: string;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** Runs `pavio` with the given words and returns its exit code: 0 done, 1 failed, 2 wrong usage, 3 done in part. */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const isJson = words.includes('--json');
  const program = new Program('pavio')
    .description('Crypto forecasts that say whether they beat a naive guess.')
    .version(SOFTWARE)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showHelpAfterError('("pavio --help" lists the commands and settings)')
    .addHelpText('after', `\n${describeSettings()}\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part.`);
  for (const command of COMMANDS) addCommand(program, command, surroundings);
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(error, stderr, isJson, surroundings);
  }
}

function addCommand(program: Program, command: Command<never>, surroundings: Surroundings): void {
  const { name, args, summary, details, usesCandles, configure, run } = command;
  const sub = program
    .command(args === undefined ? name : `${name} ${args}`)
    .summary(summary)
    .description(details === undefined ? `${summary}.` : `${summary}.\n\n${details}`);
  configure?.(sub);
  for (const setting of FLAG_SETTINGS) {
    const { flag, about } = SETTINGS[setting] as { flag: string; about: string };
    sub.option(`--${flagName(setting)} <${flag}>`, about);
  }
  sub.option('--json', 'one JSON document on stdout, logs on stderr');
  sub.action(async () => {
    const options: Record<string, unknown> = sub.opts();
    const flags = Object.fromEntries(FLAG_SETTINGS.map((setting) => [setting, options[setting]]));
    const { env, folder, stdout, stderr, signal, clock } = surroundings;
    const console = createConsole({ stdout, stderr, isJson: options['json'] === true });
    const config = readConfig(flags, env, folder);
    const workspace = openWorkspace(config, createConsoleLogger(config.logLevel, stderr, console), clock);
    const own = options as never;
    try {
      const unseen = usesCandles === true ? await unseenSeries(workspace) : [];
      if (unseen.length > 0) workspace.log.warn({ series: unseen.length }, describeUnseen(workspace, unseen));
      await run({ workspace, console, signal, stderr, args: sub.args, options: own });
    } finally {
      await workspace.close();
    }
  });
}

/** An error, for people and (with `--json`) for programs. */
function report(thrown: unknown, stderr: TextStream, isJson: boolean, { signal, env }: Surroundings): number {
  if (signal.aborted && !isPavioError(thrown, 'incomplete')) {
    stderr.write('Stopped. What was stored is complete; run it again to continue.\n');
    return 1;
  }
  const error = toPavioError(thrown);
  if (isJson) {
    const { code, message, remedy, details } = error;
    stderr.write(`${JSON.stringify({ error: { code, message, remedy, details } })}\n`);
  } else {
    stderr.write(`\npavio: ${error.message}\n${error.remedy === undefined ? '' : `       ${error.remedy}\n`}`);
    if (error.code === 'internal') stderr.write(describeInternal((error.cause ?? error) as Error, env));
  }
  return error.exit;
}

function describeInternal({ stack }: Error, env: Surroundings['env']): string {
  return env['PAVIO_LOG_LEVEL'] === 'debug' ? `${stack}\n` : '       PAVIO_LOG_LEVEL=debug shows where.\n';
}

/** Environment variables and defaults of all settings. */
function describeSettings(): string {
  const lines = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { env, fallback, about } = SETTINGS[name] as { env: readonly string[]; fallback?: string; about: string };
    const usual = fallback === undefined || fallback === '' ? '' : ` (${fallback})`;
    return `  ${(env[0] ?? '').padEnd(26)} ${about}${usual}`;
  });
  return [
    'Settings, as flags of each command, as environment variables, or as keys of pavio.config.json; flags win:',
    ...lines,
  ].join('\n');
}
