import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors.js';

/** Group and others may do nothing. */
const PRIVATE = 0o700;
const OTHERS = 0o077;

/** Where this user's processes have their sockets: below `$XDG_RUNTIME_DIR`, else the folder for temporary files. */
export function monitorFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'hartwood');
  return join(tmpdir(), `hartwood-${userId()}`);
}

function userId(): number {
  // A named pipe of Windows has no folder that would keep others out.
  if (process.getuid === undefined) {
    throw new ConfigurationError('VMs of other processes can be watched on Unix only');
  }
  return process.getuid();
}

/**
 * Whether the folder is there and this user's alone: who can write to it could answer for a process.
 *
 * @throws ConfigurationError for a folder that others may enter, or that is another user's
 */
export async function isPrivate(folder: string): Promise<boolean> {
  const user = userId();
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new ConfigurationError(`${folder} cannot be looked at: ${error}`, { cause: error });
  }
  if (found.isDirectory() && found.uid === user && (found.mode & OTHERS) === 0) return true;
  throw new ConfigurationError(
    `${folder} must be a folder of this user that nobody else may enter (chmod 700), or XDG_RUNTIME_DIR name another place`,
  );
}

/** Makes the folder unless it is there. @throws ConfigurationError if it cannot be had for this user alone */
export async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: PRIVATE });
  } catch (cause) {
    throw new ConfigurationError(`${folder} cannot be made: ${cause}`, { cause });
  }
  await isPrivate(folder);
}
