import { PavioError } from '@pavio/core';

/** Neither XML, in which S3 lists keys, nor file systems take all of these. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** S3's limit; a folder could often hold longer ones, but a lake must be able to move. */
const MAX_KEY_BYTES = 1024;

/**
 * A key is one or more parts joined by `/`; a part is not empty, not `.` or `..`, and has no control characters. Stores that are folders and stores
 * that are buckets accept exactly the same keys.
 *
 * @throws PavioError `bad_input` for anything else.
 */
export function checkKey(key: string): void {
  const problem = keyProblem(key, key.split('/'));
  if (problem !== undefined) throw badKey(key, problem);
}

/**
 * The beginning of a key: the same rules for all parts but the last one, which may be cut anywhere.
 *
 * @throws PavioError `bad_input`.
 */
export function checkPrefix(prefix: string): void {
  const folders = prefix.split('/').slice(0, -1);
  const problem = keyProblem(prefix, folders);
  if (problem !== undefined) throw badKey(prefix, problem);
}

function keyProblem(key: string, parts: readonly string[]): string | undefined {
  if (parts.includes('')) return key === '' ? 'is empty' : 'has an empty part between slashes';
  if (parts.includes('.') || parts.includes('..')) return 'climbs ("." or "..")';
  if (CONTROL.test(key)) return 'contains a control character';
  if (!key.isWellFormed()) return 'is not well-formed Unicode';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`;
  return undefined;
}

function badKey(key: string, problem: string): PavioError {
  return new PavioError('bad_input', `The object key ${JSON.stringify(key.slice(0, 200))} ${problem}.`, {
    remedy: 'Use parts joined by "/", as in "raw/binance/1d/BTC-USDT/2024.csv".',
  });
}
