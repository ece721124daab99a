/** What stands behind the default guest's initramfs in the machine that builds. */
import { type CpioEntry, writeCpio } from '../cpio.js';
import { type ArchiveOptions, unpack } from '../debian/archive.js';
import type { PackageIndex } from '../debian/packages.js';
import { BUILD_INIT_SCRIPT, CONFIGURE_SCRIPT, PLAN } from './init-script.js';

/** A real mke2fs and what it is linked with, package by package. */
const TOOLS: readonly (readonly [owner: string, path: string, pattern: RegExp])[] = [
  ['e2fsprogs', 'sbin/mke2fs', /^(usr\/)?sbin\/mke2fs$/],
  ['e2fsprogs', 'etc/mke2fs.conf', /^etc\/mke2fs\.conf$/],
  ['libext2fs2t64', 'lib/libext2fs.so.2', /\/libext2fs\.so\.2\.[\d.]+$/],
  ['libext2fs2t64', 'lib/libe2p.so.2', /\/libe2p\.so\.2\.[\d.]+$/],
  ['libcom-err2', 'lib/libcom_err.so.2', /\/libcom_err\.so\.2\.[\d.]+$/],
  ['libblkid1', 'lib/libblkid.so.1', /\/libblkid\.so\.1\.[\d.]+$/],
  ['libuuid1', 'lib/libuuid.so.1', /\/libuuid\.so\.1\.[\d.]+$/],
  ['libc6', 'lib/libc.so.6', /\/libc\.so\.6$/],
  ['libc6', 'lib/ld-linux-riscv64-lp64d.so.1', /\/ld-linux-riscv64-lp64d\.so\.1$/],
];

/** The programs that the building machine runs beside busybox. @throws GuestError; the signal's reason. */
export async function buildTools(
  options: ArchiveOptions,
  index: PackageIndex,
): Promise<CpioEntry[]> {
  const entries: CpioEntry[] = [];
  for (const name of new Set(TOOLS.map(([owner]) => owner))) {
    const tools = TOOLS.filter(([owner]) => owner === name);
    const patterns = tools.map(([, , pattern]) => pattern);
    const files = await unpack(options, index.find(name), patterns);
    for (const [i, { data }] of files.entries()) {
      entries.push({ type: 'file', path: tools[i]?.[1] ?? '', mode: 0o755, data });
    }
  }
  return entries;
}

/**
 * The archive that makes a building machine of the default guest.
 *
 * @param instances dpkg's names of the packages, in the order in which they were unpacked
 */
export function writeBuilder(
  tools: readonly CpioEntry[],
  name: string,
  instances: readonly string[],
): Uint8Array {
  const text = (path: string, content: string, mode = 0o644): CpioEntry => {
    return { type: 'file', path, mode, data: new TextEncoder().encode(content) };
  };
  return writeCpio([
    { type: 'directory', path: PLAN, mode: 0o755 },
    text('init', BUILD_INIT_SCRIPT, 0o755),
    text(`${PLAN}/configure`, CONFIGURE_SCRIPT, 0o755),
    // ext4 has room for 16 bytes.
    text(`${PLAN}/label`, `${name.slice(0, 16)}\n`),
    text(`${PLAN}/instances`, instances.map((line) => `${line}\n`).join('')),
    ...tools,
  ]);
}
