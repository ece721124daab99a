import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { GuestError } from '../../guest/errors.js';
import { checkGuestName, type GuestManifest, parseManifest } from '../../guest/manifest.js';

/** What a guest's folder holds. */
export const GUEST_FILES = {
  manifest: 'manifest.json',
  disk: 'disk.qcow2',
  kernel: 'kernel',
  /** The default guest's initramfs with the modules of file systems; a start adds what boots from disks. */
  initrd: 'initrd',
} as const;

/**
 * Where built guests are kept: `$HARTWOOD_GUESTS`, else the user's folder for data. They are no cache: what
 * was changed in them is nowhere else.
 */
export function guestsDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HARTWOOD_GUESTS) return env.HARTWOOD_GUESTS;
  return join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'hartwood/guests');
}

/** A guest's folder, which may not be there. @throws GuestError `guest-name` */
export function guestFolder(name: string, guests = guestsDirectory()): string {
  checkGuestName(name);
  return join(guests, name);
}

/** @throws GuestError `guest-name` if there is no such guest, `guest-damaged` */
export async function readManifest(
  name: string,
  guests = guestsDirectory(),
): Promise<GuestManifest> {
  const folder = guestFolder(name, guests);
  let text: string;
  try {
    text = await readFile(join(folder, GUEST_FILES.manifest), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const list = "'hartwood guest list' names those there are";
      throw new GuestError('guest-name', `there is no guest '${name}'; ${list}`, { cause });
    }
    throw guestsTrouble(guests, cause);
  }
  return parseManifest(text, name);
}

/** Makes the folder of guests, with those around it. @throws GuestError `guest-disk` */
export async function makeGuestsDirectory(guests: string): Promise<void> {
  await mkdir(guests, { recursive: true }).catch((cause: unknown) => {
    throw guestsTrouble(guests, cause);
  });
}

/** Says of a file system's error where it arose and what can be done; other errors stay as they are. */
export function guestsTrouble(guests: string, cause: unknown): unknown {
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return cause;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const problem = full ? 'has no room left' : `cannot be used (${code})`;
  const remedy = 'HARTWOOD_GUESTS can name another one';
  const message = `the folder of guests ${guests} ${problem}; ${remedy}`;
  return new GuestError('guest-disk', message, { cause });
}
