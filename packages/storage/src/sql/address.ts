import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PavioError } from '@pavio/core';

/** What a `DATABASE_URL` means. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string; readonly name: string }
  | {
      readonly kind: 'postgres';
      /** With the password. */
      readonly url: string;
      /** Without it: for messages. */
      readonly name: string;
    };

/**
 * Reads the address of a database: `sqlite:pavio.db`, `file:///folder/pavio.db`, a path that ends with `.db`, or
 * `postgres://user:password@host:5432/name`.
 *
 * @throws PavioError `bad_config` for any other address; the message never holds it, because it may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(url.trim()) ?? ['', '', url.trim()];
  switch (scheme.toLowerCase()) {
    case 'postgres':
    case 'postgresql':
      return postgresAddress(url.trim());
    case 'sqlite':
    case 'file':
      return sqliteAddress(rest.startsWith('//') ? fileOf(`file:${rest}`) : rest);
    default:
      if (rest.toLowerCase().endsWith('.db') && !rest.includes('://')) return sqliteAddress(rest);
      throw badAddress('it is neither');
  }
}

function sqliteAddress(file: string): DatabaseAddress {
  if (file === '') throw badAddress('it names no file');
  return { kind: 'sqlite', file: path.resolve(file), name: file };
}

function fileOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw badAddress('a folder comes after three slashes, as in sqlite:///folder/pavio.db');
  }
}

function postgresAddress(url: string): DatabaseAddress {
  if (!URL.canParse(url))
    throw badAddress('characters like @, / and # in user or password are written as %40, %2F, %23');
  const { username, host, pathname } = new URL(url);
  if (host === '') throw badAddress('it names no host');
  return { kind: 'postgres', url, name: `postgres://${username && `${username}@`}${host}${pathname}` };
}

function badAddress(problem: string): PavioError {
  return new PavioError('bad_config', `DATABASE_URL is not the address of a database: ${problem}.`, {
    remedy: 'Use sqlite:pavio.db, a path that ends with .db, or postgres://user:password@host:5432/name.',
  });
}
