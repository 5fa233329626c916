import type { Command as Program } from 'commander';

/** Adds `-c pavio:NAME=VALUE`, as often as it is given. */
export function withContext(program: Program): Program {
  const collect = (word: string, words: readonly string[] = []) => [...words, word];
  return program.option('-c, --context <pavio:NAME=VALUE>', 'a setting of the deployment, as cdk takes it', collect);
}

/** Adds `--name`: which deployment of the account it is about. */
export function withName(program: Program): Program {
  return program.option('--name <NAME>', 'name of the deployment (PAVIO_NAME, else pavio)');
}

export function nameOf(
  { name }: { readonly name?: string },
  env: Readonly<Record<string, string | undefined>>,
): string {
  return name ?? (env['PAVIO_NAME'] || 'pavio');
}
