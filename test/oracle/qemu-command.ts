import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packagedQemu, type QemuCommand } from './qemu-package.js';

/** The oldest QEMU with every extension that is compared. */
const OLDEST = [9, 2] as const;

/** A QEMU and its version: `10.0.13`. */
export interface VersionedQemu extends QemuCommand {
  readonly version: string;
}

let found: Promise<VersionedQemu> | undefined;

/**
 * The machine's own qemu-system-riscv64 when it is new enough, else Debian's in the cache.
 *
 * @throws OracleUnavailableError when there is none and none can be fetched
 */
export function qemuCommand(): Promise<VersionedQemu> {
  found ??= findQemu();
  return found;
}

async function findQemu(): Promise<VersionedQemu> {
  const own: QemuCommand = { program: 'qemu-system-riscv64', prefix: [] };
  const ownVersion = await versionOf(own).catch(() => undefined);
  if (ownVersion !== undefined && isNewEnough(ownVersion)) return { ...own, version: ownVersion };
  const packaged = await packagedQemu();
  return { ...packaged, version: await versionOf(packaged) };
}

async function versionOf({ program, prefix }: QemuCommand): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...prefix, '--version']);
  const version = stdout.match(/version (\d+\.\d+\.\d+)/)?.[1];
  if (version === undefined) throw new Error(`${program} tells no version: ${stdout}`);
  return version;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
