/** Who builds and who runs a guest: processes of this machine tell each other by files. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GuestError } from '../../guest/errors.js';
import { isRunning } from '../running-process.js';

const OWNER = 'owner';
const USERS = 'users';
/** A claim whose process has died is in the way at most once; others may be as quick. */
const ATTEMPTS = 5;

/** `host pid` of a process. */
const self = (): string => `${hostname()} ${process.pid}`;

/** The process's number, if it may still run: on other machines nobody can tell. */
function living(owner: string): string | undefined {
  const [, host, pid] = /^(\S+) (\d+)$/.exec(owner.trim()) ?? [];
  if (host === undefined || pid === undefined) return undefined;
  if (host !== hostname()) return `${pid} on ${host}`;
  return isRunning(Number(pid)) ? pid : undefined;
}

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
    await writeFile(join(fresh, OWNER), self());
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
  const pid = living(owner);
  if (pid !== undefined) {
    throw new GuestError('guest-busy', `guest '${name}' is being built by process ${pid}`);
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

/** How a guest is used: by one that changes its disk, or by any number that do not. */
export type GuestUse = 'write' | 'read';

/**
 * Notes that this process uses a guest, unless others' use forbids it. Returns how to end the use.
 *
 * @throws GuestError `guest-busy`
 */
export async function claimUse(
  folder: string,
  name: string,
  use: GuestUse,
): Promise<() => Promise<void>> {
  const users = join(folder, USERS);
  await mkdir(users, { recursive: true });
  const own = `${randomUUID()}.${use}`;
  const release = () => rm(join(users, own), { force: true });
  await writeFile(join(users, own), self(), { flag: 'wx' });
  try {
    for (const entry of await readdir(users)) {
      const other = /\.(write|read)$/.exec(entry)?.[1];
      if (other === undefined || entry === own) continue;
      const text = await readFile(join(users, entry), 'utf8').catch(() => '');
      const pid = living(text);
      if (pid === undefined) {
        // Only what names a process that is gone: another's file may not be written yet.
        if (text !== '') await rm(join(users, entry), { force: true });
      } else if (use === 'write' || other === 'write') {
        const remedy = use === 'read' ? '' : '; --temporary works beside others of its kind';
        const message = `guest '${name}' is in use by process ${pid}`;
        throw new GuestError('guest-busy', other === 'read' ? `${message}${remedy}` : message);
      }
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}
