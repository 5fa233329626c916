import { join } from 'node:path';
import { PavioError } from '@pavio/core';

/** Longest file name that common file systems take, in bytes. */
const MAX_NAME_BYTES = 255;

/**
 * What cannot be in a file name everywhere: characters that Windows refuses, a leading dot (our own files and those of
 * operating systems hide behind it), a trailing dot or blank (Windows drops them), device names, and `%`, which escapes.
 */
const UNSAFE = /[%<>:"\\|?*]|^\.|[. ]$/g;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** One part of a key as a file name, the same on every operating system. */
export function fileName(part: string): string {
  return part
    .replace(UNSAFE, (character) => escape(character))
    .replace(DEVICE, (device) => escape(device.slice(0, 1)) + device.slice(1));
}

/** The part that a file name stands for; undefined for a file that is no object of ours. */
export function partOf(name: string): string | undefined {
  const part = name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return fileName(part) === name && part.isWellFormed() ? part : undefined;
}

/** @throws PavioError `bad_input` for a part that is too long for a file name. */
export function filePath(folder: string, key: string): string {
  const names = key.split('/').map(fileName);
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw new PavioError('bad_input', `The object key "${key.slice(0, 200)}" has a part too long for a file name.`, {
      remedy: `Keep each part between slashes under ${MAX_NAME_BYTES} bytes.`,
    });
  }
  return join(folder, ...names);
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
