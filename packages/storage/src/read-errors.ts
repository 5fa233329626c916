import { PavioError } from '@pavio/core';

/** An object was replaced or removed while it was read in parts. */
export function changedError(key: string, url: string): PavioError {
  return new PavioError('conflict', `${url}/${key} was replaced while it was read.`, { remedy: 'Run it again.' });
}

/** What should be copied is not there. */
export function absentError(key: string, url: string): PavioError {
  return new PavioError('not_found', `${url}/${key} does not exist.`);
}
