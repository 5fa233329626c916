import { createConsole } from '@pavio/cli';
import { type Clock, systemClock, toPavioError } from '@pavio/core';
import { CommanderError, Command as Program } from 'commander';
import type { OpsCommand, OpsContext } from './command.ts';
import { costCommand } from './commands/cost.ts';
import { deployCommand } from './commands/deploy.ts';
import { destroyCommand } from './commands/destroy.ts';
import { monitorCommand } from './commands/monitor.ts';

const COMMANDS: readonly OpsCommand<never>[] = [deployCommand, destroyCommand, monitorCommand, costCommand];

/** The world around a command. */
export interface OpsSurroundings extends Pick<OpsContext, 'env' | 'stdin' | 'stdout' | 'stderr' | 'signal'> {
  readonly clock?: Clock;
}

/** Runs `deploy`, `destroy`, `monitor` or `cost` and returns its exit code: 0 done, 1 failed, 2 wrong usage, 3 done in part. */
export async function runOps(words: readonly string[], surroundings: OpsSurroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const program = new Program('npm run')
    .description('For those who run Pavio on AWS, or look after a lake.')
    .usage('COMMAND -- [options]')
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .showHelpAfterError('("npm run COMMAND -- --help" lists the options)');
  for (const command of COMMANDS) addCommand(program, command, surroundings);
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(error, surroundings, words.includes('--json'));
  }
}

function addCommand(program: Program, command: OpsCommand<never>, surroundings: OpsSurroundings): void {
  const { name, summary, details, configure, run } = command;
  const sub = program.command(name).usage('-- [options]').summary(summary).description(`${summary}.\n\n${details}`);
  configure(sub);
  sub.option('--json', 'one JSON document on stdout');
  sub.action(async () => {
    const { clock = systemClock, ...rest } = surroundings;
    const options: Record<string, unknown> = sub.opts();
    const console = createConsole({ stdout: rest.stdout, stderr: rest.stderr, isJson: options['json'] === true });
    await run({ ...rest, clock, console, options: options as never });
  });
}

function report(thrown: unknown, { stderr, signal, env }: OpsSurroundings, isJson: boolean): number {
  if (signal.aborted) {
    stderr.write('Stopped.\n');
    return 1;
  }
  const { code, message, remedy, details, exit, cause, stack } = toPavioError(thrown);
  if (isJson) {
    stderr.write(`${JSON.stringify({ error: { code, message, remedy, details } })}\n`);
    return exit;
  }
  stderr.write(`\n${message}\n${remedy === undefined ? '' : `${remedy}\n`}`);
  const isOurs = code !== 'internal';
  if (!isOurs) {
    const where = cause instanceof Error ? cause.stack : stack;
    stderr.write(env['PAVIO_LOG_LEVEL'] === 'debug' ? `${where}\n` : 'PAVIO_LOG_LEVEL=debug shows where.\n');
  }
  return exit;
}
