import { PavioError } from '@pavio/core';

const DENIED = 'Give this user the right to connect, to create tables and to read and write them.';
const REPEAT = 'Run the same again; if it goes on, look at the log of the database.';

interface Refusal {
  readonly code: 'store_denied' | 'store_unavailable' | 'bad_config';
  readonly problem: string;
  readonly remedy: string;
}

const denied = (problem: string, remedy: string): Refusal => ({ code: 'store_denied', problem, remedy });
const unavailable = (problem: string, remedy: string): Refusal => ({ code: 'store_unavailable', problem, remedy });
const wrong = (problem: string, remedy: string): Refusal => ({ code: 'bad_config', problem, remedy });

const NOT_SQLITE = wrong('the file is no SQLite database', 'Name another file in DATABASE_URL.');
const NO_HOST = unavailable('its host is not known', 'Correct the host in DATABASE_URL, or check the network.');
const NOBODY_THERE = unavailable(
  'nobody answers there',
  'Start the database server, or correct host and port in DATABASE_URL.',
);
const LOCKED = unavailable(
  'another process keeps locked what is to be changed',
  'Look for a stopped or hung process that has it open and end it; the lock is released with it.',
);
const FULL = unavailable('its disk is full', 'Free space on the disk.');
const READ_ONLY = denied(
  'it may only be read',
  'Give this user write access to the file and its folder, or use another file.',
);

/** By the code of the operating system, of SQLite (without what comes after its second word), or of PostgreSQL. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ECONNREFUSED: NOBODY_THERE,
  EHOSTUNREACH: NOBODY_THERE,
  ENETUNREACH: NOBODY_THERE,
  ETIMEDOUT: NOBODY_THERE,
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
  ECONNRESET: unavailable('it cut the connection', REPEAT),
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  EROFS: READ_ONLY,

  SQLITE_READONLY: READ_ONLY,
  SQLITE_PERM: READ_ONLY,
  SQLITE_CANTOPEN: denied(
    'the file cannot be opened',
    'Give this user read and write access to the file and its folder.',
  ),
  SQLITE_NOTADB: NOT_SQLITE,
  SQLITE_CORRUPT: wrong(
    'the file is damaged',
    'Restore it from a backup, or name another file and crawl or import again.',
  ),
  SQLITE_FULL: FULL,
  SQLITE_BUSY: LOCKED,

  // From PostgreSQL's table of error codes (Appendix A of its manual).
  '28P01': denied('the password is wrong', 'Correct user and password in DATABASE_URL.'),
  '28000': denied('it refuses this user', 'Correct the user in DATABASE_URL, or let it in (pg_hba.conf).'),
  '3D000': wrong(
    'there is no such database on the server',
    'Create it (createdb), or correct its name in DATABASE_URL.',
  ),
  '42501': denied('this user may not', DENIED),
  '25006': denied('it may only be read', 'Name the primary server in DATABASE_URL, not a replica.'),
  '53100': FULL,
  '53300': unavailable('it has too many connections', 'Close some, or raise max_connections.'),
  '55P03': LOCKED,
  '57P03': unavailable('it is just starting or stopping', REPEAT),
};

/** What the library for PostgreSQL says without a code. */
const REFUSALS_BY_WORDS: readonly (Refusal & { readonly words: RegExp })[] = [
  { words: /timeout/, ...NOBODY_THERE },
  { words: /^SASL/, ...denied('it wants a password', 'Add it to DATABASE_URL: postgres://user:password@host/name.') },
];

/** Is another connection writing? Waiting helps. */
export function isBusy(error: unknown): boolean {
  return refusalCode(error) === 'SQLITE_BUSY';
}

/** Was the connection lost? Each that lay idle when the server went away is found out by its next use. */
export function isLost(error: unknown): boolean {
  const code = refusalCode(error) ?? '';
  const isCut = error instanceof Error && error.message.startsWith('Connection terminated unexpectedly');
  return isCut || ['ECONNRESET', 'EPIPE', '57P01', '57P02'].includes(code);
}

/** An error of a database while doing `action` (as in "store candles"), as one of ours. Its password is in none of them. */
export function sqlError(error: unknown, action: string, name: string): PavioError {
  if (error instanceof PavioError) return error;
  const code = refusalCode(error);
  const said = error instanceof Error && error.message !== '' ? error.message : String(error);
  const refusal = code === undefined ? REFUSALS_BY_WORDS.find(({ words }) => words.test(said)) : REFUSALS[code];
  const options = { cause: error, details: { database: name, code: code ?? null } };
  if (refusal !== undefined) {
    const message = `Could not ${action} in the database ${name}: ${refusal.problem} (${code ?? said}).`;
    return new PavioError(refusal.code, message, { ...options, remedy: refusal.remedy });
  }
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return new PavioError('bad_config', `This copy of Pavio comes without the driver for the database ${name}.`, {
      ...options,
      remedy: 'Unset DATABASE_URL, or run Pavio from its checkout or its container image.',
    });
  }
  return new PavioError('store_unavailable', `Could not ${action} in the database ${name}: ${said}.`, {
    ...options,
    remedy: REPEAT,
  });
}

function refusalCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^SQLITE_[A-Z]+/.exec(error.code)?.[0] ?? error.code;
}
