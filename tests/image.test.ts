import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chmod, copyFile, cp, glob, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
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

/**
 * What the image holds, made by the Dockerfile's own COPY patterns and its own install command, without Docker: a test must
 * not need a daemon. Then run as the image would: another user, nothing writable but the lake and /tmp.
 */
describe('the content of the image', () => {
  let app = '';
  let lake = '';
  let node = '';
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
    const install = /npx .*install [^\n]*--filter '\S+'/.exec(dockerfile)?.[0] ?? '';
    await run('sh', ['-c', install], { cwd: app, env: { ...process.env, CI: 'true' } });
    await mkdir(lake);
    // Node too: the other user may not be able to reach that of this checkout.
    node = path.join(app, 'node');
    await copyFile(process.execPath, node);
    await run('chmod', ['-R', 'a-w,a+rX', app]);
    await chmod(lake, 0o777);
  }, 180_000);

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
    for await (const chunk of server.stderr!) {
      said += String(chunk);
      if (said.includes('Ctrl-C')) break;
    }
    return /API +(http:\S+)/.exec(said)?.[1] ?? '';
  }

  it('has neither tests nor what only they need', async () => {
    const foreign = ['node_modules/.pnpm/{vitest,typescript,aws-cdk-lib,node}@*', 'packages/*/{tests,testing}'];
    expect(globSync(foreign, { cwd: app })).toEqual([]);
    expect(globSync('node_modules/.pnpm/fastify@*', { cwd: app })).toHaveLength(1);
  });

  it('makes a release and serves it, as a user who may write the lake alone', async () => {
    await runCycle();
    const url = await serve();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
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

it('says in the Dockerfile how to ask the container whether it lives', async () => {
  const script = /CMD \[.*"-e", "(.+)"\]/.exec(dockerfile)?.[1] ?? '';
  const ended = run(process.execPath, ['-e', script], { env: { PORT: '9' } });
  await expect(ended).rejects.toMatchObject({ code: 1 });
  expect(script).toContain('/livez');
});
