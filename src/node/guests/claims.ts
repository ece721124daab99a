/** Who builds and who runs a guest: processes of this machine tell each other by files. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestError } from '../../guest/errors.js';
import { livingHolder, ownClaim } from './claim-holder.js';

const OWNER = 'owner';
const USERS = 'users';
/** A claim whose process has died is in the way at most once; others may be as quick. */
const ATTEMPTS = 5;

/** What can be done about a claim whose holder may have ended without a word. */
const remedy = (path: string): string => `if that has ended, remove ${path}`;

/**
 * A folder to build a guest in, which no other process has. It appears with its owner's name in it; one whose
 * owner has died is removed with all that it holds.
 *
 * @throws GuestError `guest-busy`
 */
export async function claimBuild(guests: string, name: string): Promise<string> {
  const folder = join(guests, `.building-${name}`);
  const fresh = join(guests, `.claim-${randomUUID()}`);
  await mkdir(fresh);
  try {
    await writeFile(join(fresh, OWNER), await ownClaim());
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        // Fails if there is one already, since it is not empty.
        await rename(fresh, folder);
        return folder;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
      }
      await removeAbandoned(guests, folder, name);
    }
    throw new GuestError('guest-busy', `guest '${name}' is being built by another process`);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function removeAbandoned(guests: string, folder: string, name: string): Promise<void> {
  const read = (path: string) => readFile(join(path, OWNER), 'utf8').catch(() => '');
  const owner = await read(folder);
  const holder = await livingHolder(owner);
  if (holder !== undefined) {
    const message = `guest '${name}' is being built by process ${holder.name}`;
    throw busy(message, holder.certain ? '' : remedy(folder));
  }
  const away = join(guests, `.abandoned-${randomUUID()}`);
  const moved = await rename(folder, away).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  // It may be that of somebody who was quicker.
  if ((await read(away)) !== owner) await rename(away, folder);
  else await rm(away, { recursive: true, force: true });
}

function busy(message: string, ...remedies: string[]): GuestError {
  const parts = [message, ...remedies].filter((part) => part !== '');
  return new GuestError('guest-busy', parts.join('; '));
}

/** How a guest is used: by one that changes its disk, or by any number that do not. */
export type GuestUse = 'write' | 'read';

/**
 * Notes that this process uses a guest, unless others' use forbids it. Returns how to end the use.
 *
 * @throws GuestError `guest-busy`; `guest-name` if it was deleted meanwhile
 */
export async function claimUse(
  folder: string,
  name: string,
  use: GuestUse,
): Promise<() => Promise<void>> {
  const users = join(folder, USERS);
  const own = `${randomUUID()}.${use}`;
  const release = () => rm(join(users, own), { force: true });
  try {
    // Not with the folders around it: a guest that was deleted does not come back as one that is damaged.
    await mkdir(users).catch(unless('EEXIST'));
    await writeFile(join(users, own), await ownClaim(), { flag: 'wx' });
  } catch (cause) {
    await release();
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new GuestError('guest-name', `there is no guest '${name}' any more`, { cause });
  }
  try {
    for (const entry of await readdir(users)) {
      const other = /\.(write|read)$/.exec(entry)?.[1];
      if (other === undefined || entry === own) continue;
      const text = await readFile(join(users, entry), 'utf8').catch(() => '');
      const holder = await livingHolder(text);
      if (holder === undefined) {
        // Only what names a process that is gone: another's file may not be written yet.
        if (text !== '') await rm(join(users, entry), { force: true });
      } else if (use === 'write' || other === 'write') {
        const beside = other === 'read' && use === 'write';
        throw busy(
          `guest '${name}' is in use by process ${holder.name}`,
          beside ? '--temporary works beside others of its kind' : '',
          holder.certain ? '' : remedy(join(users, entry)),
        );
      }
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

/** Takes an error with this code for none. */
function unless(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
