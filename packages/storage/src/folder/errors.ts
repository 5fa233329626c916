import { PavioError } from '@pavio/core';

const DENIED = new Set(['EACCES', 'EPERM', 'EROFS']);

/** The `code` of an error of the operating system. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Nothing is there: neither the file, nor a folder on the way to it. */
export function isAbsent(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/** An error of the file system while doing `action` (as in "write raw/a.csv"), as one of ours. */
export function folderError(error: unknown, action: string, folder: string): PavioError {
  if (error instanceof PavioError) return error;
  const errno = errnoOf(error);
  const options = { cause: error, details: { folder, errno: errno ?? null } };
  if (errno !== undefined && DENIED.has(errno)) {
    return new PavioError('store_denied', `May not ${action} in the folder ${folder} (${errno}).`, {
      ...options,
      remedy: 'Give this user read and write access to the folder and everything in it, or choose another lake.',
    });
  }
  if (errno === 'ENOTDIR' || errno === 'EISDIR' || errno === 'ENOTEMPTY' || errno === 'EEXIST') {
    return new PavioError(
      'bad_input',
      `Cannot ${action} in the folder ${folder}: a file and a folder would share a name.`,
      {
        ...options,
        remedy: 'No object key may be another key plus "/...".',
      },
    );
  }
  if (errno === 'EXDEV') {
    return new PavioError(
      'bad_config',
      `Cannot ${action}: a part of the folder ${folder} lies on another file system.`,
      {
        ...options,
        remedy: 'Mount or link the whole lake, not folders inside it.',
      },
    );
  }
  const remedy =
    errno === 'ENOSPC' || errno === 'EDQUOT' ? 'Free space on the disk.' : 'Check the disk, then run the same again.';
  return new PavioError(
    'store_unavailable',
    `Could not ${action} in the folder ${folder} (${errno ?? String(error)}).`,
    {
      ...options,
      remedy,
    },
  );
}
