import { type CpioEntry, writeCpio } from '../../src/guest/cpio.js';
import { openArchive, unpack } from '../../src/guest/debian/archive.js';
import { unxzBytes } from '../../src/guest/debian/xz.js';
import type { GuestImage } from '../../src/guest/image.js';
import { FileCache } from '../../src/node/file-cache.js';
import { debianKeyrings } from '../../src/node/keyring.js';
import { debianMirror } from '../../src/node/mirror.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';
import { guestImage } from '../integration/guest.js';

/** ext4 and what it needs, in the order in which to load them. */
const MODULES = ['crc16', 'crc32c_generic', 'mbcache', 'jbd2', 'ext4'];
const MODULE_FOLDER = 'lib/modules/ext4';
/** What a module ends with that is signed (Linux, Documentation/admin-guide/module-signing.rst). */
const SIGNATURE_MARK = '~Module signature appended~\n';

/** Where each file comes from, and where a guest with nothing but busybox wants it. */
const TOOLS: readonly (readonly [owner: string, path: string, pattern: RegExp])[] = [
  ['e2fsprogs', 'sbin/mke2fs', /^(usr\/)?sbin\/mke2fs$/],
  ['e2fsprogs', 'etc/mke2fs.conf', /^etc\/mke2fs\.conf$/],
  ['libext2fs2t64', 'lib/libext2fs.so.2', /\/libext2fs\.so\.2\.[\d.]+$/],
  ['libext2fs2t64', 'lib/libe2p.so.2', /\/libe2p\.so\.2\.[\d.]+$/],
  ['libcom-err2', 'lib/libcom_err.so.2', /\/libcom_err\.so\.2\.[\d.]+$/],
  ['libblkid1', 'lib/libblkid.so.1', /\/libblkid\.so\.1\.[\d.]+$/],
  ['libuuid1', 'lib/libuuid.so.1', /\/libuuid\.so\.1\.[\d.]+$/],
  ['util-linux', 'sbin/blkdiscard', /^(usr\/)?sbin\/blkdiscard$/],
  ['libc6', 'lib/libc.so.6', /\/libc\.so\.6$/],
  ['libc6', 'lib/ld-linux-riscv64-lp64d.so.1', /\/ld-linux-riscv64-lp64d\.so\.1$/],
];

/** What `Host.create` wants for a default guest that `loadExt4` can teach ext4. */
export async function ext4Guest(): Promise<Pick<VmSpec, 'guest' | 'append' | 'console'>> {
  const { kernel, initrd, append, release } = await guestImage();
  const added = await addition(release);
  const whole = new Uint8Array(initrd.length + added.length);
  // The kernel unpacks one archive after another.
  whole.set(initrd);
  whole.set(added, initrd.length);
  return { guest: { kernel, initrd: whole }, append, console: 'virtio' };
}

/** Loads what a guest needs to mount ext4. */
export async function loadExt4(vm: Vm): Promise<void> {
  const loading = MODULES.map((name) => `insmod /${MODULE_FOLDER}/${name}.ko`);
  await inGuest(vm, `grep -q ext4 /proc/filesystems || { ${loading.join(' && ')}; }`);
}

/** Runs a command that must succeed; what it printed. */
export async function inGuest(vm: Vm, command: string): Promise<string> {
  const { status, stdout, stderr } = await vm.exec(command);
  if (status === 0) return stdout;
  throw new Error(`'${command}' ended with ${status} in the guest: ${stdout}${stderr}`);
}

/** The archive with modules and tools; kept in the cache, for the kernel's package takes long to unpack. */
async function addition(release: GuestImage['release']): Promise<Uint8Array> {
  const cache = new FileCache();
  const ref = `test-ext4-2-${release}`;
  const hash = (await cache.ref(ref))?.trim();
  const known = hash === undefined ? undefined : await cache.load(hash);
  if (known !== undefined) return known;
  const made = await makeAddition(cache, `linux-image-${release}`);
  await cache.setRef(ref, `${await cache.put(made)}\n`);
  return made;
}

async function makeAddition(cache: FileCache, kernel: string): Promise<Uint8Array> {
  const options = { mirror: await debianMirror(), cache, keyring: debianKeyrings };
  const owners = new Set(TOOLS.map(([owner]) => owner));
  const index = await openArchive(options, (name) => owners.has(name) || name === kernel);
  const entries: CpioEntry[] = [{ type: 'directory', path: MODULE_FOLDER, mode: 0o755 }];
  const add = (path: string, data: Uint8Array) =>
    entries.push({ type: 'file', path, mode: 0o755, data });
  const modules = MODULES.map((name) => new RegExp(`/kernel/.*/${name}\\.ko\\.xz$`));
  for (const [i, { data }] of (await unpack(options, index.find(kernel), modules)).entries()) {
    const module = await unxzBytes(data, `module ${MODULES[i]}`);
    // Without its signature, which takes the guest longer to check than all else that it does here.
    add(`${MODULE_FOLDER}/${MODULES[i]}.ko`, module.subarray(0, -SIGNATURE_MARK.length));
  }
  for (const owner of owners) {
    const wanted = TOOLS.filter(([name]) => name === owner);
    const files = await unpack(
      options,
      index.find(owner),
      wanted.map(([, , pattern]) => pattern),
    );
    for (const [i, { data }] of files.entries()) add(wanted[i]?.[1] ?? '', data);
  }
  return writeCpio(entries);
}
