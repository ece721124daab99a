import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors.js';
import type { Vm } from '../../vm/vm.js';
import type { Limits } from '../outcome.js';
import { onFile } from './copy-error.js';
import { type Copy, lastName, meansContents, meansFolder } from './place.js';
import { TreeWriter } from './tree-writer.js';

/**
 * Copies a file or folder of the guest to this machine, as `docker cp` does: into a folder that is
 * there, under its name; else as the path. `FOLDER/.` copies what is in the folder.
 *
 * @throws CopyError, GuestFileError, ConfigurationError; what waiting for the guest throws
 */
export async function copyOut(vm: Vm, { from, to }: Copy, limits: Limits): Promise<void> {
  const isFolder = (await vm.files.stat(from, limits)).type === 'directory';
  const writer = new TreeWriter(await placeFor(from, isFolder, to));
  for await (const entry of vm.files.copyOut(from, limits)) {
    // A file's only entry has its own name.
    await writer.add(entry, isFolder ? entry.path : '.');
  }
  await writer.finish();
}

/** Where the source itself comes to stand. */
async function placeFor(from: string, isFolder: boolean, to: string): Promise<string> {
  const target = await onFile(to, 'looked at', () =>
    stat(to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  );
  if (target?.isDirectory()) {
    // Not the link that leads to it: a writer takes none for a folder.
    if (isFolder && meansContents(from)) return await realpath(to);
    const name = lastName(from);
    if (name === '' || name === '.' || name === '..') {
      const right = 'name it, or give a target that is not there yet';
      throw new ConfigurationError(`'${from}' in the guest has no name of its own; ${right}`);
    }
    return join(to, name);
  }
  if (target !== undefined && (isFolder || meansFolder(to))) {
    throw new ConfigurationError(`'${to}' is no folder, and '${from}' is to be in it`);
  }
  if (target === undefined && !isFolder && meansFolder(to)) {
    throw new ConfigurationError(`there is no folder '${to}' for '${from}'`);
  }
  return to;
}
