import type { Core } from '../../core/core.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Disk } from '../../machine/disk.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';
import { requireOffered } from '../cpu-offer.js';
import { returnDrives } from '../drive-claims.js';
import { checkForkable, type RunningVm } from '../fork.js';
import type { ResolvedSpec } from '../spec.js';
import { restoreDrives } from './drives.js';
import { type MachineRecord, readCounts, readRecord } from './record.js';
import { Restoring } from './restoring.js';
import { SharedReader } from './shared-reader.js';

export interface RestoreOptions {
  /**
   * Whether the guest runs at once, and its memory follows as it is needed. Default true. Else all of it is read and
   * verified before.
   */
  readonly lazy?: boolean;
  /** Disks for the drives that the guest could not write to, in their order. All others are in the snapshot. */
  readonly drives?: readonly Disk[];
  /**
   * Whether the VM becomes another machine than the one of the snapshot; under a real clock, its guest is then also told
   * what time it is. Default true.
   */
  readonly identity?: boolean;
  /** What the guest is called then; by default a name that no other has. */
  readonly hostName?: string;
  /** Whether it stands, as for its debugger, and is to be let go by `vm.debugger.resume()`. Default false. */
  readonly paused?: boolean;
}

/** What a restored VM is made from. */
export interface RestoredVm {
  readonly spec: ResolvedSpec;
  readonly running: RunningVm & { readonly restoring: Restoring; readonly source: SharedReader };
}

/**
 * Reads what of a snapshot a VM begins with.
 *
 * @throws SnapshotError, ConfigurationError
 */
export function restoredVm(
  core: Core,
  store: SnapshotStore,
  reader: SnapshotReader,
  { drives: given = [], lazy = true, paused = false }: RestoreOptions,
): RestoredVm {
  checkForkable(core);
  const record = reader.head.machine as MachineRecord;
  const { plan, ...rest } = readRecord(record);
  requireOffered(core.engine, rest.shape.cpu);
  const before = readCounts(record);
  const source = SharedReader.of(reader);
  const drives = restoreDrives(record.drives, reader, given);
  const restoring = new Restoring(store, reader);
  const sections = new Map<string, Uint8Array>();
  for (const name of reader.sections) sections.set(name, reader.state(name) ?? new Uint8Array(0));
  const load = () => restoring.bootContents();
  return {
    spec: { ...rest, plan: { ...plan, load }, devices: { drives, devices: [] } },
    running: {
      machine: { sections, before, devices: record.peripherals.bus },
      peripherals: record.peripherals,
      stands: paused || !lazy,
      restoring,
      source,
    },
  };
}

/** Lets go of what a VM that could not be made would have had. */
export async function giveUpRestored({ spec, running }: RestoredVm): Promise<void> {
  await returnDrives(spec.devices.drives);
  running.restoring.end();
  running.source.close();
}

/** @throws ConfigurationError for a VM with devices of the user's, which no snapshot can hold */
export function checkDevices({ devices }: ResolvedSpec): void {
  if (devices.devices.length === 0) return;
  throw new ConfigurationError(
    `a VM with devices of one's own cannot be snapshotted: it has ${devices.devices.length}`,
  );
}
