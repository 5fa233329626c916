import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type CandleSeries, PavioError } from '@pavio/core';
import { decodeCandleCsvStream, decodeRawCsvStream } from '@pavio/storage';

/** Candles of one file: of the series that its name says, or of many by symbol. */
export type CsvContent =
  | { readonly form: 'candles'; readonly series: CandleSeries }
  | { readonly form: 'raw'; readonly bySymbol: ReadonlyMap<string, CandleSeries> };

/** The file itself, or every `*.csv` in the folder and those below, in the order of their names. */
export async function findCsvFiles(fileOrFolder: string): Promise<string[]> {
  const info = await stat(fileOrFolder).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(fileOrFolder, error);
  });
  if (!info.isDirectory()) return [fileOrFolder];
  const entries = await readdir(fileOrFolder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && /\.csv$/i.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new PavioError('bad_input', `${fileOrFolder} has no CSV files.`, { details: { file: fileOrFolder } });
}

/**
 * Reads a file in our form or in the older one, whichever its first line is in.
 *
 * @throws PavioError `bad_csv` naming file and line, `bad_input` for a file that cannot be read.
 */
export async function readCsvFile(file: string): Promise<CsvContent> {
  try {
    const isRaw = (await firstLine(file)).includes('|');
    const chunks = createReadStream(file);
    return isRaw
      ? { form: 'raw', bySymbol: await decodeRawCsvStream(chunks, file) }
      : { form: 'candles', series: await decodeCandleCsvStream(chunks, file) };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined || error instanceof PavioError
      ? error
      : unreadable(file, error as NodeJS.ErrnoException);
  }
}

/** Bytes that hold the first line of any file in one of the forms. */
const FIRST_LINE_BYTES = 1024;

async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): PavioError {
  const problem = error.code === 'ENOENT' ? 'There is no' : 'This cannot be read:';
  return new PavioError('bad_input', `${problem} ${file}${error.code === 'ENOENT' ? '' : ` (${error.code})`}.`, {
    cause: error,
    details: { file },
  });
}
