import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chmod, copyFile, cp, glob, lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { openDatabase } from '@pavio/storage';
import { startPostgres } from '@pavio/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.dirname(import.meta.dirname);
const dockerfile = await readFile(path.join(root, 'infra/docker/Dockerfile'), 'utf8');
/** The user of the image; only root can become another one. */
const postgres = await startPostgres();
const why = 'unavailable' in postgres ? ` (skipped: ${postgres.unavailable})` : '';
const nobody = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};
/** Bytes of everything that we put into the image; Node beside it is that of the base. */
const BUDGET = 40_000_000;

/**
 * What the image holds, made by the Dockerfile's own COPY patterns and its own RUN commands, without Docker: a test must
 * not need a daemon. Then run as the image would: another user, nothing writable but the lake and /tmp.
 */
describe('the content of the image', () => {
  let app = '';
  let lake = '';
  let node = '';
  let bytes = 0;
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    app = await mkdtemp(path.join(tmpdir(), 'pavio-image-'));
    lake = path.join(app, 'lake');
    for (const line of dockerfile.matchAll(/^COPY (?!--from)(?:--parents )?(.+) \.\/$/gm)) {
      for (const pattern of line[1]!.split(' ')) {
        for await (const file of glob(pattern, { cwd: root })) {
          await cp(path.join(root, file), path.join(app, file), { recursive: true });
        }
      }
    }
    for (const [, command = ''] of dockerfile.matchAll(/^RUN (?:--mount=\S+ |\\\n +)*([^]+?[^\\])$/gm)) {
      // The lake is not in /app.
      if (command !== 'mkdir /data')
        await run('sh', ['-c', command], { cwd: app, env: { ...process.env, CI: 'true' } });
    }
    bytes = await sizeOf(app);
    await mkdir(lake);
    // Node too: the other user may not be able to reach that of this checkout.
    node = path.join(app, 'node');
    await copyFile(process.execPath, node);
    await run('chmod', ['-R', 'a-w,a+rX', app]);
    await chmod(lake, 0o777);
  });

  afterAll(async () => {
    for (const server of servers) server.kill('SIGKILL');
    if (!('unavailable' in postgres)) await postgres.stop();
    await run('chmod', ['-R', 'u+w', app]);
    await rm(app, { recursive: true });
  });

  function start(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const main = path.join(app, 'packages/cli/src/main.ts');
    return spawn(node, [main, ...words], {
      ...nobody,
      cwd: app,
      env: { PAVIO_LAKE: lake, HOST: '127.0.0.1', PORT: '0', NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** One cycle on made-up candles. */
  async function runCycle(env?: Record<string, string>): Promise<void> {
    const words = ['run', '--source', 'simulated', '--assets', 'BTC,ETH', '--start', '2024-06-01', '--threads', '1'];
    const cycle = start(words, env);
    cycle.stdout!.resume();
    cycle.stderr!.resume();
    expect(await once(cycle, 'close')).toEqual([0, null]);
  }

  /** The address at which the API answers. */
  async function serve(env?: Record<string, string>): Promise<string> {
    const server = start(['serve'], env);
    servers.push(server);
    let said = '';
    for await (const chunk of server.stderr!.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('Ctrl-C')) break;
    }
    // Whatever else it says finds somebody who reads it.
    server.stderr!.resume();
    return /API +(http:\S+)/.exec(said)?.[1] ?? '';
  }

  it('has neither tests nor what only they need', async () => {
    const foreign = ['node_modules/.pnpm/{vitest,typescript,aws-cdk-lib,node}@*', 'packages/*/{tests,testing}'];
    expect(globSync(foreign, { cwd: app })).toEqual([]);
    expect(globSync('node_modules/.pnpm/fastify@*', { cwd: app })).toHaveLength(1);
  });

  it('keeps its budget', () => {
    console.log(`/app of the image: ${(bytes / 1e6).toFixed(1)} MB of ${BUDGET / 1e6} MB`);
    expect(bytes).toBeLessThan(BUDGET);
  });

  it('makes a release and serves it, as a user who may write the lake alone', async () => {
    await runCycle();
    const url = await serve();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await askHealth(new URL(url).port)).toBe(0);
    expect(await (await fetch(`${url}/symbol/BTC`)).json()).toMatchObject({ ativo: 'BTC', total_modelos: 5 });
  });

  it.skipIf(why !== '')(`does so with the candles in PostgreSQL${why}`, async () => {
    if ('unavailable' in postgres) throw new Error(postgres.unavailable);
    const address = new URL(await postgres.createDatabase());
    // As in the compose file: the password apart from the address.
    const PGPASSWORD = decodeURIComponent(address.password);
    const withPassword = address.href;
    address.password = '';
    const env = { PAVIO_LAKE: path.join(lake, 'with-postgres'), DATABASE_URL: address.href, PGPASSWORD };
    await runCycle(env);
    const url = await serve(env);
    expect(await (await fetch(`${url}/symbol/BTC`)).json()).toMatchObject({ ativo: 'BTC', total_modelos: 5 });
    const database = openDatabase(withPassword);
    expect(await database.status()).toMatchObject({ series: 2, predictions: 1, runs: 1 });
    await database.close();
  });

  it('has what SQLite takes on this machine', async () => {
    const database = path.join(lake, 'pavio.db');
    const doctor = start(['doctor', '--source', 'simulated', '--json'], { DATABASE_URL: `sqlite:${database}` });
    doctor.stderr!.resume();
    const { findings } = (await json(doctor.stdout!)) as { findings: { what: string; message: string }[] };
    expect(findings.find(({ what }) => what === 'Database')?.message).toMatch(
      /SQLite \d+\.\d+.*can be read and written/,
    );
  });
});

describe('the Dockerfile', () => {
  it('takes Node and all images in the very version that is tested', () => {
    const images = Array.from(dockerfile.matchAll(/^(?:# syntax=|FROM )(\S+)/gm), ([, image]) => image);
    expect(images).toEqual([
      expect.stringMatching(/^docker\/dockerfile:/),
      expect.stringMatching(new RegExp(`^node:${process.versions.node}-trixie-slim@`)),
      expect.stringMatching(/^gcr\.io\/distroless\/nodejs24-debian13:nonroot@/),
    ]);
    for (const image of images) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('finds a container ill that nobody answers for, or that answers with an error', async () => {
    const broken = createServer((_request, response) => void response.writeHead(503).end());
    await once(broken.listen(0, '127.0.0.1'), 'listening');
    expect(await askHealth(String((broken.address() as AddressInfo).port))).toBe(1);
    broken.close();
    expect(await askHealth('9')).toBe(1);
  });
});

/** The exit code of the container's own health check: 0 where the API at the port lives. */
async function askHealth(port: string): Promise<unknown> {
  const [, words = ''] = /^HEALTHCHECK [^]*?CMD (\[.+\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(words) as string[];
  const [code] = await once(spawn(process.execPath, args, { env: { PORT: port }, stdio: 'ignore' }), 'close');
  return code;
}

/** Bytes of all files below a folder; links are none. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map(({ parentPath, name }) => lstat(path.join(parentPath, name))));
  return stats.reduce((sum, { size }) => sum + size, 0);
}
