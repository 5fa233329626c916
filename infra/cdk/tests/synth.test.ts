import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STACKS } from './deployment.ts';

const run = promisify(execFile);
const output = mkdtempSync(path.join(tmpdir(), 'pavio-synth-'));
const room = path.resolve(import.meta.dirname, '..');
const commands = path.resolve(room, '../../node_modules/.bin');
/** The only way out leads nowhere, and remembers where somebody wanted to go. */
const wanted: string[] = [];
const wayOut = createServer(({ url = '' }, response) => {
  wanted.push(url);
  response.writeHead(502).end();
});
wayOut.on('connect', ({ url = '' }, socket) => {
  wanted.push(url);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
/** Bundling and synthesis take seconds; on a machine that does other things too, a minute or two. */
const PATIENCE = 600_000;

/** Of a machine with no account, no credentials and no network. */
function nobody() {
  const proxy = `http://127.0.0.1:${(wayOut.address() as AddressInfo).port}`;
  return {
    PATH: [commands, process.env['PATH']].join(path.delimiter),
    HOME: mkdtempSync(path.join(tmpdir(), 'pavio-home-')),
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    // Without it neither fetch nor node:https would ask the proxy.
    NODE_USE_ENV_PROXY: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Runs the command of `pnpm synth` there. */
function synth(...args: string[]) {
  return run(path.join(commands, 'cdk'), ['synth', '--quiet', ...args], { cwd: room, env: nobody() });
}

beforeAll(() => once(wayOut.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  wayOut.close();
  rmSync(output, { recursive: true, force: true });
});

it('needs no account and no network', { timeout: PATIENCE }, async () => {
  await synth('--output', output);
  expect(wanted).toEqual([]);
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

it('would see who wants to reach the network, by either way that Node has', async () => {
  const get =
    "await fetch('https://a.example').catch(() => 0); require('https').get('https://b.example').on('error', () => 0)";
  await run(process.execPath, ['-e', `(async () => { ${get} })()`], { env: nobody() });
  expect(wanted.splice(0)).toEqual(['a.example:443', 'b.example:443']);
});

it('says in a sentence which setting is wrong', { timeout: PATIENCE }, async () => {
  const failed = synth('-c', 'pavio:waf=maybe').catch((error: { stderr: string }) => error.stderr);
  expect(await failed).toContain(
    'The settings of the deployment are not valid: pavio:waf must be true or false. Correct them; infra/cdk/README.md lists them all.',
  );
});
