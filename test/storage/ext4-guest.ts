import { buildTools } from '../../src/guest/builder/contents.js';
import { joinCpio, writeCpio } from '../../src/guest/cpio.js';
import { openArchive, unpack } from '../../src/guest/debian/archive.js';
import { FileCache } from '../../src/node/file-cache.js';
import { debianKeyrings } from '../../src/node/keyring.js';
import { debianMirror } from '../../src/node/mirror.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';
import { guestImage } from '../integration/guest.js';

/** Where the tools are kept in the cache, made once: another list of them wants another name. */
const TOOLS_REF = 'test-ext4-tools-1';

/** A default guest that has mke2fs and blkdiscard, and loads ext4 when something is mounted. */
export async function ext4Guest(): Promise<Pick<VmSpec, 'guest' | 'append' | 'console'>> {
  const image = await guestImage();
  const initrd = joinCpio(image.initrd, await image.modulesOnDemand(), await tools());
  return { guest: { kernel: image.kernel, initrd }, append: image.append, console: 'virtio' };
}

/** Runs a command that must succeed; what it printed. */
export async function inGuest(vm: Vm, command: string): Promise<string> {
  const { status, stdout, stderr } = await vm.exec(command);
  if (status === 0) return stdout;
  throw new Error(`'${command}' ended with ${status} in the guest: ${stdout}${stderr}`);
}

async function tools(): Promise<Uint8Array> {
  const cache = new FileCache();
  const hash = (await cache.ref(TOOLS_REF))?.trim();
  const known = hash === undefined ? undefined : await cache.load(hash);
  if (known !== undefined) return known;
  const options = { mirror: await debianMirror(), cache, keyring: debianKeyrings };
  const index = await openArchive(options, () => true);
  const entries = await buildTools(options, index);
  const [blkdiscard] = await unpack(options, index.find('util-linux'), [/\/blkdiscard$/]);
  const data = blkdiscard?.data ?? new Uint8Array(0);
  const made = writeCpio([
    ...entries,
    { type: 'file', path: 'sbin/blkdiscard', mode: 0o755, data },
  ]);
  await cache.setRef(TOOLS_REF, `${await cache.put(made)}\n`);
  return made;
}
