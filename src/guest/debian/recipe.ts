/** The default guest: Debian's own kernel and busybox for riscv64, fetched from a mirror. */
import { AGENT_SOURCE } from '../agent/source.js';
import type { GuestImage } from '../image.js';
import { writeInitramfs } from '../initramfs/contents.js';
import { inLoadOrder, type KernelModule } from '../initramfs/kernel-modules.js';
import { writeModulesOnDemand } from '../initramfs/modules-on-demand.js';
import { stripModule } from '../initramfs/strip-module.js';
import { type ArchiveOptions, INDEX, openArchive, SUITE, unpack } from './archive.js';
import { unxzBytes } from './xz.js';

const KERNEL = 'linux-image-riscv64';
const BUSYBOX = 'busybox-static';
// The kernel's self-tests of its ciphers are half of its boot: 0.88 of 1.81 thousand million instructions.
const APPEND = 'console=ttyS0 cryptomgr.notests';
const NAME = 'debian';

/** Drivers that the kernel does not have built in, with what they need. */
const MODULES = [
  'virtio_mmio',
  'virtio_blk',
  'failover',
  'net_failover',
  'virtio_net',
  'virtio-rng',
];

/** What few machines need, with what it needs itself: ext4 and KVM, 2.5 MB. */
const ON_DEMAND = ['crc16', 'crc32c_generic', 'mbcache', 'jbd2', 'ext4', 'kvm'];

/**
 * Fetches, checks, unpacks and assembles the guest. Each file is checked against the suite's index, and
 * that against the archive's signature.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function prepareDebian(options: ArchiveOptions): Promise<GuestImage> {
  const index = await openArchive(
    options,
    (name) => name === KERNEL || name === BUSYBOX || /^linux-image-\d.*-riscv64$/.test(name),
  );
  const kernel = index.findKernel(KERNEL);
  const [busybox] = await unpack(options, index.find(BUSYBOX), [/^(usr\/)?bin\/busybox$/]);
  const names = [...MODULES, ...ON_DEMAND];
  const [image, ...modules] = await unpack(options, kernel.package, [
    /^boot\/vmlinu[xz]-/,
    ...names.map((name) => new RegExp(`^(usr/)?lib/modules/[^/]+/kernel/.*/${name}\\.ko\\.xz$`)),
  ]);
  if (image === undefined || busybox === undefined) throw new TypeError('a pattern without a file');
  const loaded: KernelModule[] = [];
  for (const [i, name] of names.entries()) {
    const packed = modules[i]?.data ?? new Uint8Array(0);
    const module = await unxzBytes(packed, `module ${name}`);
    loaded.push({ name, data: stripModule(module, name) });
  }
  const drivers = loaded.slice(0, MODULES.length);
  const onDemand = writeModulesOnDemand(kernel.release, loaded.slice(MODULES.length));
  // What only the making of a guest needs is loaded only then.
  const { agentProgram } = await import('../agent/program.js');
  return {
    name: NAME,
    kernel: image.data,
    initrd: writeInitramfs(busybox.data, agentProgram(), inLoadOrder(drivers)),
    modulesOnDemand: () => Promise.resolve(onDemand),
    append: APPEND,
    release: kernel.release,
  };
}

/**
 * What the guest is made of, except for the packages' own content, as a hash in hexadecimal: another
 * version of this project whose recipe is the same can use the same finished guest.
 */
export async function recipeHash(): Promise<string> {
  const nothing = new Uint8Array(0);
  const frame = writeInitramfs(
    nothing,
    // To assemble it would cost every start a tenth of a second.
    new TextEncoder().encode(AGENT_SOURCE),
    MODULES.map((name) => ({ name, data: nothing })),
  );
  const words = [NAME, SUITE, INDEX, KERNEL, BUSYBOX, APPEND, 'stripped', 'softdep', ...ON_DEMAND];
  const names = new TextEncoder().encode(words.join('\n'));
  const whole = new Uint8Array(names.length + frame.length);
  whole.set(names);
  whole.set(frame, names.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
