import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { startPostgres } from '../../testing/index.ts';
import { fileFolder } from './folders.ts';

/** A kind of database to test on. */
export interface TestDatabases {
  readonly kind: 'SQLite' | 'PostgreSQL';
  /** The kind, and why its tests are skipped. */
  readonly name: string;
  readonly isMissing: boolean;
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
    { kind: 'SQLite', name: 'SQLite', isMissing: false, create: async () => `sqlite:${path(`${randomUUID()}.db`)}` },
    'unavailable' in server
      ? {
          kind: 'PostgreSQL',
          name: `PostgreSQL (skipped: ${server.unavailable})`,
          isMissing: true,
          create: () => Promise.reject(new Error(server.unavailable)),
        }
      : { kind: 'PostgreSQL', name: 'PostgreSQL', isMissing: false, create: () => server.createDatabase() },
  ];
}
