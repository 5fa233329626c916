import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import type { Settings } from '@pavio/cdk';
import { PavioError } from '@pavio/core';
import type { Environment } from './command.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const ROOM = path.join(ROOT, 'infra/cdk');
const CLI = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** The settings as the stacks will see them: `-c` wins over cdk.json, which wins over the environment. */
export async function readSettings(context: readonly string[] | undefined, env: Environment): Promise<Settings> {
  const { loadSettings } = await import('@pavio/cdk');
  const { context: fixed } = JSON.parse(readFileSync(path.join(ROOM, 'cdk.json'), 'utf8')) as { context: object };
  const given = (context ?? []).map((word) => {
    const at = word.indexOf('=');
    if (at < 1) {
      throw new PavioError('bad_usage', `"${word}" is not a setting.`, { remedy: 'Write -c pavio:NAME=VALUE.' });
    }
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  return loadSettings({ context: { ...fixed, ...Object.fromEntries(given) }, env });
}

export interface CdkOptions {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** What it prints goes here as it comes; else the end of it into the error. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the CDK's own command in infra/cdk, and returns the lines that it said.
 *
 * @throws PavioError `incomplete` with the end of what it said, when it fails.
 */
export async function runCdk(
  words: readonly string[],
  { env, signal, onLine }: CdkOptions,
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: ROOM,
    // The application is started as "node src/main.ts": by the Node that runs this.
    env: { ...env, PATH: [path.dirname(process.execPath), env['PATH']].join(path.delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const said: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      said.push(line);
      onLine?.(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return said;
  const [verb] = words;
  const end = onLine === undefined ? `:\n${said.slice(-MOST_LINES).join('\n')}` : '.';
  throw new PavioError('incomplete', `cdk ${verb} ended with code ${code}${end}`, {
    remedy: 'Correct what it names and run the same again: what is done already is not done twice.',
  });
}

const MOST_LINES = 40;

/** How the CDK heads what would change in who may do what, and who reaches what. */
const ACCESS_CHANGES = /^(IAM|Security Group) .*Changes$/;

/** Shows how what was synthesized into a folder differs from what is deployed; true where access would change. */
export async function diffAssembly(folder: string, options: CdkOptions): Promise<boolean> {
  const said = await runCdk(['diff', '--app', folder], options);
  return said.some((line) => ACCESS_CHANGES.test(stripVTControlCharacters(line)));
}

/** Deploys all stacks that were synthesized into a folder. */
export async function deployAssembly(folder: string, options: CdkOptions): Promise<void> {
  await runCdk(['deploy', '--app', folder, '--all', '--require-approval', 'never', '--progress', 'events'], options);
}

/** One stack of a synthesized deployment. */
export interface PlannedStack {
  readonly stack: string;
  /** How many resources of each type. */
  readonly resources: Readonly<Record<string, number>>;
}

export interface Plan {
  readonly stacks: readonly PlannedStack[];
  /** Version of the bootstrap stack that the deployment needs. */
  readonly bootstrapVersion: number;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly dependencies?: readonly string[];
        readonly properties?: {
          readonly stackName?: string;
          readonly templateFile: string;
          readonly requiresBootstrapStackVersion?: number;
        };
      }
    >
  >;
}

/** What was synthesized into a folder: each stack after those that it depends on. */
export function readPlan(folder: string): Plan {
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const { artifacts } = read('manifest.json') as Manifest;
  const ordered = new Map<string, PlannedStack>();
  let bootstrapVersion = 0;
  const add = (id: string) => {
    const artifact = artifacts[id];
    if (artifact?.type !== 'aws:cloudformation:stack' || ordered.has(id)) return;
    for (const before of artifact.dependencies ?? []) add(before);
    const { stackName = id, templateFile = '', requiresBootstrapStackVersion = 0 } = artifact.properties ?? {};
    bootstrapVersion = Math.max(bootstrapVersion, requiresBootstrapStackVersion);
    const { Resources } = read(templateFile) as { Resources: Record<string, { Type: string }> };
    const resources: Record<string, number> = {};
    for (const { Type } of Object.values(Resources)) resources[Type] = (resources[Type] ?? 0) + 1;
    ordered.set(id, { stack: stackName, resources });
  };
  for (const id of Object.keys(artifacts)) add(id);
  return { stacks: [...ordered.values()], bootstrapVersion };
}
