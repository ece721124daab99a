import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestError } from '../../guest/errors.js';
import type { GuestManifest } from '../../guest/manifest.js';
import { claimUse } from './claims.js';
import {
  GUEST_FILES,
  guestFolder,
  guestsDirectory,
  guestsTrouble,
  readManifest,
} from './guest-folder.js';

/** A guest of the list. */
export interface GuestEntry {
  readonly name: string;
  /** Absent if it is damaged. */
  readonly manifest?: GuestManifest;
  /** Bytes that its disk's image takes of this machine's. */
  readonly stored?: number;
  /** Why it cannot be used. */
  readonly damage?: string;
}

/** All guests, by name. @throws GuestError `guest-disk` */
export async function listGuests(guests = guestsDirectory()): Promise<GuestEntry[]> {
  let names: string[];
  try {
    const entries = await readdir(guests, { withFileTypes: true });
    names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw guestsTrouble(guests, cause);
  }
  const list: GuestEntry[] = [];
  // What has a dot is being built, or being removed.
  for (const name of names.filter((name) => !name.startsWith('.')).sort()) {
    try {
      list.push(await showGuest(name, guests));
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      list.push({ name, damage: error.message });
    }
  }
  return list;
}

/** @throws GuestError `guest-name` if there is no such guest, `guest-damaged` */
export async function showGuest(
  name: string,
  guests = guestsDirectory(),
): Promise<GuestEntry & { readonly manifest: GuestManifest; readonly stored: number }> {
  const manifest = await readManifest(name, guests);
  const folder = guestFolder(name, guests);
  let stored = 0;
  for (const file of Object.values(GUEST_FILES)) {
    const found = await stat(join(folder, file)).catch(() => undefined);
    if (found === undefined || !found.isFile() || found.size === 0) {
      const remedy = `'hartwood guest delete ${name}' removes what is left`;
      const message = `guest '${name}' is damaged: its file ${file} is missing or empty`;
      throw new GuestError('guest-damaged', `${message}; ${remedy}`);
    }
    // Blocks of 512 bytes: the image has holes.
    if (file === GUEST_FILES.disk) stored = found.blocks * 512;
  }
  return { name, manifest, stored };
}

/**
 * Removes a guest with all that is on its disk. It vanishes at once, even if this process dies midway.
 *
 * @throws GuestError `guest-name` if there is no such guest, `guest-busy` if one runs it, `guest-disk` if it
 *   cannot be removed: it is as it was, unless it has vanished from the list
 */
export async function deleteGuest(name: string, guests = guestsDirectory()): Promise<void> {
  const folder = guestFolder(name, guests);
  if (!(await isThere(folder))) {
    const list = "'hartwood guest list' names those there are";
    throw new GuestError('guest-name', `there is no guest '${name}'; ${list}`);
  }
  try {
    const release = await claimUse(folder, name, 'write');
    const away = join(guests, `.deleted-${randomUUID()}`);
    try {
      await rename(folder, away);
    } catch (error) {
      await release();
      throw error;
    }
    await rm(away, { recursive: true, force: true });
  } catch (error) {
    throw guestsTrouble(guests, error);
  }
}

export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
