/** What is in the default guest's initramfs. */
import { type CpioEntry, writeCpio } from '../cpio.js';
import {
  CONSOLE_SCRIPT,
  FIND_PORT_SCRIPT,
  INIT_SCRIPT,
  START_AGENT_SCRIPT,
} from './init-script.js';
import type { KernelModule } from './kernel-modules.js';

const DIRECTORIES = [
  ...[
    'bin',
    'dev',
    'etc',
    'lib',
    'lib/modules',
    'mnt',
    'proc',
    'root',
    'run',
    'sbin',
    'sys',
    'tmp',
  ],
  ...['usr', 'usr/bin', 'usr/lib', 'usr/lib/hartwood', 'usr/sbin'],
];

/** One `mount -a` takes less time than a program for each. */
const FSTAB = `proc /proc proc defaults 0 0
sysfs /sys sysfs defaults 0 0
devtmpfs /dev devtmpfs defaults 0 0
tmpfs /run tmpfs mode=0755 0 0
tmpfs /tmp tmpfs mode=1777 0 0
`;

/** What `mount` tries when it is told no type; the kernel loads those it has not loaded yet. */
const FILE_SYSTEMS = 'ext4\n';

/**
 * The initramfs as a cpio archive.
 *
 * @param busybox a static busybox of the guest's architecture
 * @param agent the guest agent's program
 * @param modules kernel modules, in the order in which to load them
 */
export function writeInitramfs(
  busybox: Uint8Array,
  agent: Uint8Array,
  modules: readonly KernelModule[],
): Uint8Array {
  return writeCpio([
    ...DIRECTORIES.map((path): CpioEntry => ({ type: 'directory', path, mode: 0o755 })),
    // Process 1 gets its standard files from here, before there is a devtmpfs.
    { type: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { type: 'file', path: 'bin/busybox', mode: 0o755, data: busybox },
    { type: 'symlink', path: 'bin/sh', target: 'busybox' },
    script('init', INIT_SCRIPT),
    { type: 'file', path: 'usr/lib/hartwood/agent', mode: 0o755, data: agent },
    script('usr/lib/hartwood/find-port', FIND_PORT_SCRIPT),
    script('usr/lib/hartwood/start-agent', START_AGENT_SCRIPT),
    script('usr/lib/hartwood/console', CONSOLE_SCRIPT),
    text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    text('etc/group', 'root:x:0:\n'),
    text('etc/fstab', FSTAB),
    text('etc/filesystems', FILE_SYSTEMS),
    text('lib/modules/load-order', `${modules.map(({ name }) => name).join(' ')}\n`),
    ...modules.map(
      ({ name, data }): CpioEntry => ({
        type: 'file',
        path: `lib/modules/${name}.ko`,
        mode: 0o644,
        data,
      }),
    ),
  ]);
}

function text(path: string, content: string, mode = 0o644): CpioEntry {
  return { type: 'file', path, mode, data: new TextEncoder().encode(content) };
}

function script(path: string, content: string): CpioEntry {
  return text(path, content, 0o755);
}
