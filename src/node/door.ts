import type { LockstepOptions } from '../lockstep/options.js';
import type { LockstepResult } from '../lockstep/result.js';
import { type HostOptions, Host as NeutralHost } from '../vm/host.js';
import { nodePlatform } from './platform.js';

export * from '../index.js';
export { DiskFile } from './disk-file.js';
export { type OpenDriveOptions, openDrive } from './drive.js';
export * from './guests/api.js';
export {
  memorySnapshots,
  type OpenSnapshotsOptions,
  openSnapshotFile,
  openSnapshotFolder,
  openSnapshots,
} from './snapshots/open.js';

/** A host: one linear memory, and the VMs on it. */
export type Host = NeutralHost;
export const Host = {
  /** A host in this thread. See `HostOptions` for sizes; throws ConfigurationError for wrong ones. */
  create: (options?: HostOptions): Promise<Host> => NeutralHost.createOn(nodePlatform, options),
};

/**
 * Shows the VMs of a host to other processes of this user, as `hartwood top`, until the result is
 * disposed of. It keeps no process alive.
 *
 * @throws ConfigurationError where the place for the socket cannot be had for this user alone, and on Windows
 */
export async function publishHost(host: Host): Promise<AsyncDisposable> {
  return (await import('./monitor/publish.js')).publishHost(host);
}

/**
 * Runs one guest on two engines under a virtual clock, and compares all of both every so many steps; where
 * they differ, finds the first step that does.
 *
 * @throws ConfigurationError for options that cannot be right, and what `Host.create` throws
 */
export async function lockstep(options: LockstepOptions): Promise<LockstepResult> {
  // Few who load the library want the disassembler with it.
  const { lockstepOn } = await import('../lockstep/lockstep.js');
  return lockstepOn(nodePlatform, options);
}
