import { decodeEntry, type TableEntry } from './table-entry.js';
import type { Access, Walk } from './walk.js';

/** Where the core writes entries down, and the bytes of each (assembly/debug/walk-record.ts). */
export const RECORDS = 32;
export const RECORD = 32;

/** The entries of a record, in the order in which they were read. */
export function readEntries(
  record: DataView,
  { firstStage, guestStage }: Pick<Walk, 'firstStage' | 'guestStage'>,
  access: Access,
): TableEntry[] {
  const entries: TableEntry[] = [];
  const rootOf = { first: (firstStage?.levels ?? 0) - 1, guest: (guestStage?.levels ?? 0) - 1 };
  let serves: TableEntry['serves'] = rootOf.first < 0 ? 'address' : 'entry';
  for (let at = RECORDS; at + RECORD <= record.byteLength; at += RECORD) {
    const stage = record.getUint32(at, true) === 0 ? 'first' : 'guest';
    const level = record.getUint32(at + 4, true);
    const root = level === rootOf[stage];
    // Behind the walk that lets a leaf be changed the G-stage is walked once more.
    if (root && serves === 'update' && entries.at(-1)?.stage === 'guest') serves = 'address';
    const read = {
      number: entries.length + 1,
      stage,
      serves: stage === 'first' ? 'address' : serves,
      level,
      address: record.getBigUint64(at + 8, true),
      physical: record.getBigUint64(at + 16, true),
      value: record.getBigUint64(at + 24, true),
    } as const;
    const entry = decodeEntry(read, root);
    entries.push(entry);
    if (stage === 'first' && entry.kind === 'page') {
      serves = wantsUpdate(entry, access) ? 'update' : 'address';
    }
  }
  return entries;
}

/** Whether the access sets A or D in a leaf of the first stage. */
export function wantsUpdate({ flags }: TableEntry, access: Access): boolean {
  return !flags.accessed || (access === 'write' && !flags.dirty);
}
