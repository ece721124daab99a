import { SnapshotError } from '../../core/errors.js';
import { fileTrouble } from '../file-trouble.js';

/** A system call's error as a SnapshotError: "'snapshots/packs' cannot be read: the device failed". */
export function storeTrouble(path: string, what: string, cause: unknown): SnapshotError {
  if (cause instanceof SnapshotError) return cause;
  return new SnapshotError('store', fileTrouble(path, what, cause).message, { cause });
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
