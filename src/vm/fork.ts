import { LayoutValue } from '../core/abi.js';
import type { Core } from '../core/core.js';
import { ConfigurationError, InternalError, SnapshotError } from '../core/errors.js';
import { shortage } from '../core/guest-memory.js';
import type { Disk } from '../machine/disk.js';
import type { VirtioDevice } from '../machine/virtio/device.js';
import { BranchingDisk } from '../storage/branching/branching-disk.js';
import type { DeviceSpec } from './devices.js';
import { returnDrives } from './drive-claims.js';
import { DEFAULT_ENGINE } from './engines.js';
import type { GuestMachine, RunningMachine } from './guest-machine.js';
import type { Identity } from './identity.js';
import type { Peripherals, PeripheralsState } from './peripherals.js';
import type { Restoring } from './snapshot/restoring.js';
import type { SharedReader } from './snapshot/shared-reader.js';
import type { ResolvedSpec } from './spec.js';

export interface RestOptions {
  /** Milliseconds that requests under way may take to end; default 5,000. */
  readonly timeout?: number;
}

export interface ForkOptions extends RestOptions {
  /** Whether each copy becomes another machine before it is given out. Default true. */
  readonly identity?: boolean;
}

/** What a VM goes on from that is another one's copy, or was restored. */
export interface RunningVm {
  readonly machine: RunningMachine;
  readonly peripherals: PeripheralsState;
  /** Whether it stands, as for its debugger. */
  readonly stands: boolean;
  /** What brings the pages of its memory that are still elsewhere. */
  readonly restoring?: Restoring;
  /** The snapshot that its drives and its images are read from, for it to close. */
  readonly source?: SharedReader | undefined;
}

/** A copy of a VM that is in the core, and what its host's side is made from. */
export interface MachineCopy {
  readonly spec: ResolvedSpec;
  readonly running: RunningVm & { readonly machine: { readonly handle: number } };
}

/** A VM that was started and has not ended. */
export interface GoingVm {
  readonly core: Core;
  readonly spec: ResolvedSpec;
  readonly identity: Identity;
  readonly machine: GuestMachine;
  readonly peripherals: Peripherals;
  readonly stands: boolean;
  /** The snapshot that its drives and its images are read from. */
  readonly source: SharedReader | undefined;
  /** @throws VmStoppedError if it has ended meanwhile. */
  mustGo(): void;
}

/** How long requests under way may take to end, in milliseconds. */
export const REST_TIMEOUT = 5000;
const MOST_AT_ONCE = 65_536;

/** @throws ConfigurationError for a VM of which no copies can be had */
export function checkForkable({ engine }: Core, count = 1): void {
  if (!engine.forks) {
    throw new ConfigurationError(
      `the engine '${engine.name}' cannot fork a VM; right would be the engine '${DEFAULT_ENGINE}'`,
    );
  }
  if (!Number.isInteger(count) || count < 1 || count > MOST_AT_ONCE) {
    throw new ConfigurationError(`a VM is forked 1 to ${MOST_AT_ONCE} times at once, not ${count}`);
  }
}

/**
 * Does `work` when no request of a device is under way, and no reboot. Between two calls into the core, where all of the host's side
 * runs, that is all it takes for a machine to be at rest.
 *
 * @throws SnapshotError 'busy' if they do not end in time; VmStoppedError; what `work` throws. The VM goes on.
 */
export async function atRest<T>(
  vm: GoingVm,
  { timeout = REST_TIMEOUT }: RestOptions,
  work: (vm: GoingVm) => T,
): Promise<T> {
  const { bus } = vm.peripherals;
  bus.rest();
  try {
    do {
      await vm.machine.restarting;
      await bus.drained(timeout);
    } while (vm.machine.restarting !== undefined || bus.busy);
    vm.mustGo();
    return work(vm);
  } finally {
    bus.goOn();
  }
}

/**
 * Makes copies of a machine that is at rest; all or none.
 *
 * @throws SnapshotError 'busy', MemoryShortageError, ConfigurationError: the machine is as before
 */
export function copyMachine(vm: GoingVm, count: number): MachineCopy[] {
  const { core, identity, machine, peripherals, source, stands } = vm;
  const { devices, ...spec } = vm.spec;
  const state = peripherals.save();
  const copies: MachineCopy[] = [];
  let handle = 0;
  try {
    for (let copy = 0; copy < count; copy++) {
      handle = forkHandle(core, machine);
      copies.push({
        spec: { ...spec, identity, clock: spec.clock.fork(), devices: forkDevices(devices) },
        running: {
          machine: { handle, before: machine.countedBefore, devices: state.bus },
          peripherals: state,
          stands,
          source: source?.share(),
        },
      });
      handle = 0;
    }
    return copies;
  } catch (error) {
    if (handle !== 0) core.exports.vmDestroy(handle);
    giveUpCopies(core, copies);
    throw error;
  }
}

/** Makes VMs of copies: of all, or of none. */
export function vmsOf<T extends AsyncDisposable>(
  core: Core,
  copies: readonly MachineCopy[],
  make: (copy: MachineCopy) => T,
): T[] {
  const vms: T[] = [];
  try {
    for (const copy of copies) vms.push(make(copy));
    return vms;
  } catch (error) {
    giveUpCopies(core, copies.slice(vms.length));
    for (const vm of vms) void vm[Symbol.asyncDispose]();
    throw error;
  }
}

/** Lets go of copies that became no VMs. */
function giveUpCopies(core: Core, copies: readonly MachineCopy[]): void {
  for (const { spec, running } of copies) {
    core.exports.vmDestroy(running.machine.handle);
    void returnDrives(spec.devices.drives);
    running.source?.close();
  }
}

/**
 * A copy of a machine in the core, at rest; its handle.
 *
 * @throws SnapshotError 'busy' if a request of a device is under way; MemoryShortageError
 */
export function forkHandle(core: Core, machine: GuestMachine): number {
  const handle = core.exports.vmFork(machine.handle) >>> 0;
  if (handle !== 0) return handle;
  const frames =
    core.layout(LayoutValue.VmFrames) + machine.harts * core.layout(LayoutValue.HartFrames);
  if (core.framesUsed() + frames > core.frameLimit()) throw shortage(core);
  throw new SnapshotError('busy', 'a device of the VM is in the midst of a request');
}

function forkDevices({ drives, devices }: DeviceSpec): DeviceSpec {
  // Devices first: what cannot be forked is found before anything is branched.
  const twins = devices.map(forkDevice);
  return { drives: drives.map(forkDrive), devices: twins };
}

/** What is only read is shared. */
function forkDrive(drive: Disk): Disk {
  if (drive.readOnly) return drive;
  if (drive instanceof BranchingDisk) return drive.branch();
  throw new InternalError("a VM's drive is none that can be branched");
}

function forkDevice(device: VirtioDevice): VirtioDevice {
  const twin = device.fork?.();
  if (twin !== undefined) return twin;
  throw new ConfigurationError(
    `the virtio device of type ${device.type} cannot be had twice: it has no method 'fork'`,
  );
}
