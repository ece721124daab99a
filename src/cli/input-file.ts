import { readFile } from 'node:fs/promises';
import { ImageError } from '../core/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
};

/** The words for a file system error. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

/** Reads a file given on the command line. @throws ImageError that names it. */
export async function readInputFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ImageError(`${what} '${path}' cannot be read: ${fileTrouble(cause)}`, { cause });
  }
}
