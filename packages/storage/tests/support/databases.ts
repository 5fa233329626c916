import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { startPostgres } from '../../testing/index.ts';
import { fileFolder } from './folders.ts';

/** A kind of database to test on. */
export interface TestDatabases {
  readonly kind: 'SQLite' | 'PostgreSQL';
  /** Why there is none and the tests are to be skipped, for their name; empty where there is one. */
  readonly missing: string;
  /** The address of a new empty database. */
  readonly create: () => Promise<string>;
}

/** Both kinds, real ones, for the tests of one file. */
export async function testDatabases(): Promise<readonly TestDatabases[]> {
  const path = fileFolder();
  const server = await startPostgres();
  if (!('unavailable' in server)) afterAll(() => server.stop());
  else console.warn(server.unavailable);
  return [
    { kind: 'SQLite', missing: '', create: async () => `sqlite:${path(`${randomUUID()}.db`)}` },
    'unavailable' in server
      ? { kind: 'PostgreSQL', missing: ` (skipped: ${server.unavailable})`, create: () => Promise.reject(server) }
      : { kind: 'PostgreSQL', missing: '', create: () => server.createDatabase() },
  ];
}
