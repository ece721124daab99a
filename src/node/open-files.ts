import { DiskError } from '../core/errors.js';

/** Openings by identity: how many for reading, or one for writing. */
const open = new Map<string, { readers: number; writer: boolean }>();

/**
 * Notes that a file is used as a disk. Two disks that write one file ruin it, and a disk must not
 * change below another one's overlay; so a writer is alone. Other processes are not seen.
 *
 * @returns what ends the use. @throws DiskError 'disk-unavailable'
 */
export function claimFile(name: string, identity: string, readOnly: boolean): () => void {
  const claims = open.get(identity) ?? { readers: 0, writer: false };
  if (claims.writer || (!readOnly && claims.readers > 0)) {
    const other = claims.writer ? 'a disk that writes to it' : 'a disk that reads it';
    throw new DiskError('unavailable', `'${name}' is in use already, by ${other}`);
  }
  if (readOnly) claims.readers++;
  else claims.writer = true;
  open.set(identity, claims);
  return () => {
    if (readOnly) claims.readers--;
    else claims.writer = false;
    if (claims.readers === 0 && !claims.writer) open.delete(identity);
  };
}
