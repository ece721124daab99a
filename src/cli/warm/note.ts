import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../node/cache-directory.js';
import type { WarmKey } from './key.js';

/** A note in the cache about a machine that is kept: which snapshot it is, and of which finished guest. */
interface Note {
  readonly snapshot: string;
  /** The cache's name of the guest. */
  readonly guest: string;
  /** The hash of what the cache said under that name. */
  readonly sha256: string;
}

const BEGINNING = 'warm-';
const noteName = ({ build, shape }: WarmKey) => `${BEGINNING}${build}-${shape}`;
const refPath = (name: string) => join(cacheDirectory(), 'refs', name);

/** The id of the snapshot that is kept, if the cache has the guest still that it is of. */
export async function readNote(key: WarmKey): Promise<string | undefined> {
  try {
    const note: Partial<Record<keyof Note, unknown>> = JSON.parse(
      await readFile(refPath(noteName(key)), 'utf8'),
    );
    const { snapshot, guest, sha256 } = note;
    if (typeof snapshot !== 'string' || !/^[0-9a-f]{32}$/.test(snapshot)) return undefined;
    if (typeof guest !== 'string' || !/^debian-[0-9a-f]+$/.test(guest)) return undefined;
    return (await hashOf(guest)) === sha256 ? snapshot : undefined;
  } catch {
    // What cannot be read counts as absent: it is made anew.
    return undefined;
  }
}

/** Notes a snapshot. @throws GuestError for a cache that cannot be written */
export async function writeNote(key: WarmKey, snapshot: string): Promise<void> {
  const { debianRef } = await import('../../node/guest-store.js');
  const { FileCache } = await import('../../node/file-cache.js');
  const guest = await debianRef();
  const note: Note = { snapshot, guest, sha256: await hashOf(guest) };
  await new FileCache().setRef(noteName(key), `${JSON.stringify(note)}\n`);
}

/** What is kept is of no use: the next start boots. */
export async function removeNote(key: WarmKey): Promise<void> {
  await rm(refPath(noteName(key)), { force: true });
}

/** Removes all notes of snapshots but these. */
export async function keepNotes(snapshots: ReadonlySet<string>): Promise<void> {
  const names = await readdir(join(cacheDirectory(), 'refs'));
  for (const name of names.filter((each) => each.startsWith(BEGINNING))) {
    const text = await readFile(refPath(name), 'utf8').catch(() => '');
    if (![...snapshots].some((id) => text.includes(id))) await rm(refPath(name), { force: true });
  }
}

async function hashOf(guest: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(refPath(guest)))
    .digest('hex');
}
