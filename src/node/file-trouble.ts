import { DiskError, type DiskErrorKind } from '../core/errors.js';

/** What file systems say, as the kind of a DiskError and in words. */
const TROUBLES: Readonly<Record<string, readonly [DiskErrorKind, string]>> = {
  ENOENT: ['unavailable', 'there is no such file'],
  ENOTDIR: ['unavailable', 'there is no such file'],
  EISDIR: ['unavailable', 'it is a directory'],
  EACCES: ['unavailable', 'its permissions forbid it'],
  EPERM: ['unavailable', 'its permissions forbid it'],
  EROFS: ['unavailable', 'its file system is read-only'],
  ETXTBSY: ['unavailable', 'it is a program that runs'],
  ELOOP: ['unavailable', 'its symbolic links lead in a circle'],
  ENAMETOOLONG: ['unavailable', 'its name is too long'],
  ENOSPC: ['full', 'its file system has no room left'],
  EDQUOT: ['full', "its owner's quota is used up"],
  EFBIG: ['full', 'it is as large as files may get'],
  EIO: ['io', 'the device failed'],
};

/**
 * A system call's error as a DiskError that says what could not be done: "'disk.img' cannot be
 * opened: there is no such file".
 */
export function fileTrouble(name: string, what: string, cause: unknown): DiskError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const [kind, why] = TROUBLES[code] ?? ['io', cause instanceof Error ? cause.message : `${cause}`];
  return new DiskError(kind, `'${name}' cannot be ${what}: ${why}`, { cause });
}
