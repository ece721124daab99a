import { readFile } from 'node:fs/promises';
import { ImageError } from '../core/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a directory',
};

/** The words for a file system error. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

/** The words where a file was to be made: what is not there is its folder. */
export function placeTrouble(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such folder' : fileTrouble(error);
}

/** Reads a file given on the command line. @throws ImageError that names it. */
export async function readInputFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ImageError(`${what} '${path}' cannot be read: ${fileTrouble(cause)}`, { cause });
  }
}
