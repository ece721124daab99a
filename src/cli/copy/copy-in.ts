import { ConfigurationError, GuestFileError } from '../../core/errors.js';
import type { FileStat } from '../../vm/agent/file-records.js';
import type { Vm } from '../../vm/vm.js';
import type { Limits } from '../outcome.js';
import { localStat, localTree } from './local-tree.js';
import { type Copy, lastName, meansContents, meansFolder } from './place.js';

/**
 * Copies a file or folder of this machine into the guest, as `docker cp` does: into a folder that is
 * there, under its name; else as the path. `FOLDER/.` copies what is in the folder.
 *
 * @throws CopyError, GuestFileError, ConfigurationError; what waiting for the guest throws
 */
export async function copyIn(
  vm: Vm,
  { from, to }: Copy,
  limits: Limits,
  onLeftOut: (path: string) => void,
): Promise<void> {
  const isFolder = (await localStat(from)).isDirectory();
  const target = await guestStat(vm, to, limits);
  if (target?.type === 'directory') {
    const name = isFolder && meansContents(from) ? '' : lastName(from);
    return await vm.files.copyIn(to, localTree(from, name, onLeftOut), limits);
  }
  if (target !== undefined && (isFolder || meansFolder(to))) {
    throw new ConfigurationError(`'${to}' in the guest is no folder, and '${from}' is to be in it`);
  }
  if (target === undefined && !isFolder && meansFolder(to)) {
    throw new ConfigurationError(`there is no folder '${to}' in the guest for '${from}'`);
  }
  const [folder, name] = splitGuestPath(to);
  await vm.files.copyIn(folder, localTree(from, name, onLeftOut), limits);
}

/** What the guest has at a path, links followed; nothing if there is nothing. */
export async function guestStat(
  vm: Vm,
  path: string,
  limits: Limits,
): Promise<FileStat | undefined> {
  try {
    return await vm.files.stat(path, limits);
  } catch (error) {
    if (error instanceof GuestFileError && error.errno === 'ENOENT') return undefined;
    throw error;
  }
}

function splitGuestPath(path: string): [folder: string, name: string] {
  const whole = path.replace(/(?:\/+\.?)+$/, '');
  const slash = whole.lastIndexOf('/');
  if (slash < 0) return ['.', whole];
  return [whole.slice(0, slash) || '/', whole.slice(slash + 1)];
}
