/** Linux's error numbers (asm-generic) that a guest is likely to tell, with what they mean. */
const ERRORS: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such file or folder'],
  5: ['EIO', 'input/output error'],
  7: ['E2BIG', 'the arguments are too long'],
  8: ['ENOEXEC', 'no program'],
  9: ['EBADF', 'not opened for this'],
  11: ['EAGAIN', 'nothing is free at the moment'],
  12: ['ENOMEM', 'out of memory'],
  13: ['EACCES', 'permission denied'],
  16: ['EBUSY', 'in use'],
  17: ['EEXIST', 'exists already'],
  19: ['ENODEV', 'no such device'],
  20: ['ENOTDIR', 'not a folder'],
  21: ['EISDIR', 'a folder'],
  22: ['EINVAL', 'not possible with this'],
  23: ['ENFILE', 'too many open files'],
  24: ['EMFILE', 'too many open files'],
  26: ['ETXTBSY', 'a program that runs'],
  27: ['EFBIG', 'too large'],
  28: ['ENOSPC', 'no space left'],
  30: ['EROFS', 'the file system is read-only'],
  32: ['EPIPE', 'nobody reads it'],
  36: ['ENAMETOOLONG', 'the name is too long'],
  39: ['ENOTEMPTY', 'the folder is not empty'],
  40: ['ELOOP', 'too many symbolic links'],
  122: ['EDQUOT', 'the quota is used up'],
};

/** The name of an error number, 'E999' for one that has none here. */
export function errnoName(errno: number): string {
  return ERRORS[errno]?.[0] ?? `E${errno}`;
}

/** What an error means, with its name: 'permission denied (EACCES)'. */
export function describeErrno(errno: number): string {
  const [name, meaning] = ERRORS[errno] ?? [];
  return name === undefined ? `error ${errno}` : `${meaning} (${name})`;
}
