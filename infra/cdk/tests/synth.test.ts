import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { STACKS } from './deployment.ts';

const run = promisify(execFile);
const output = mkdtempSync(path.join(tmpdir(), 'pavio-synth-'));
const room = path.resolve(import.meta.dirname, '..');
const commands = path.resolve(room, '../../node_modules/.bin');
/** Nobody listens there: whoever wants to reach the network fails. */
const NOWHERE = 'http://127.0.0.1:1';
/** Bundling and synthesis take seconds; on a machine that does other things too, a minute or two. */
const PATIENCE = 300_000;

/** Runs the command of `pnpm synth` with no account, no credentials and no network. */
function synth(...args: string[]) {
  const env = {
    PATH: [commands, process.env['PATH']].join(path.delimiter),
    HOME: mkdtempSync(path.join(tmpdir(), 'pavio-home-')),
    HTTPS_PROXY: NOWHERE,
    HTTP_PROXY: NOWHERE,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return run(path.join(commands, 'cdk'), ['synth', '--quiet', ...args], { cwd: room, env });
}

afterAll(() => rmSync(output, { recursive: true, force: true }));

it('needs no account and no network', { timeout: PATIENCE }, async () => {
  await synth('--output', output);
  const templates = readdirSync(output).filter((file) => file.endsWith('.template.json'));
  expect(templates.sort()).toEqual(STACKS.map((name) => `${name}.template.json`).sort());
  // Each of the four functions ships a bundle that begins with index.mjs; the Spark job a script, Node and a bundle.
  const assets = readdirSync(output).filter((file) => file.startsWith('asset.'));
  const bundles = assets.filter((asset) => existsSync(path.join(output, asset, 'index.mjs')));
  expect(bundles).toHaveLength(4);
  const entry = readFileSync(path.join(output, bundles[0] as string, 'index.mjs'), 'utf8');
  expect(entry).toMatch(/export\s*\{[^}]*handler/);
  const others = assets.filter((asset) => !bundles.includes(asset));
  expect(others.map((asset) => /\.(py|mjs)$/.exec(asset)?.[1] ?? 'node').sort()).toEqual(['mjs', 'node', 'py']);
});

it('says in a sentence which setting is wrong', { timeout: PATIENCE }, async () => {
  const failed = synth('-c', 'pavio:waf=maybe').catch((error: { stderr: string }) => error.stderr);
  expect(await failed).toContain(
    'The settings of the deployment are not valid: pavio:waf must be true or false. Correct them; infra/cdk/README.md lists them all.',
  );
});
