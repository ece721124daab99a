import { VIRTIO_SLOTS } from '../core/abi.js';
import { ConfigurationError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';
import { BlockDevice } from '../machine/virtio/block/block-device.js';
import type { SlotPlan } from '../machine/virtio/bus.js';
import { ConsoleDevice } from '../machine/virtio/console/console-device.js';
import type { ConsolePort } from '../machine/virtio/console-port.js';
import type { VirtioDevice } from '../machine/virtio/device.js';
import { EntropyDevice } from '../machine/virtio/entropy/entropy-device.js';
import { NetworkDevice } from '../machine/virtio/network/network-device.js';
import { RandomBytes } from './seed.js';

/** What a VM has besides the board's own devices. */
export interface DeviceSpec {
  /** `/dev/vda`, `/dev/vdb` and on, in this order. */
  readonly drives: readonly Disk[];
  /** The user's own, in the slots behind the drives. */
  readonly devices: readonly VirtioDevice[];
}

/**
 * Drives and devices of the user's fill the slots from 0 on, in the order in which Linux looks at them; the
 * board's own stand at the end. One slot is kept for a balloon.
 */
const CONSOLE_SLOT = VIRTIO_SLOTS - 1;
const ENTROPY_SLOT = VIRTIO_SLOTS - 2;
export const NETWORK_SLOT = VIRTIO_SLOTS - 3;
const USER_SLOTS = VIRTIO_SLOTS - 4;
/** The entropy device's bytes are not to be those that the guest's pool began with. */
const ENTROPY_SALT = 0x656e_7472_6f70_7921n;

/** The device in each slot, and those that the VM has more to do with. */
export interface VmDevices {
  readonly plan: SlotPlan;
  readonly console: ConsoleDevice;
  readonly blocks: readonly BlockDevice[];
  readonly network: NetworkDevice;
  readonly entropy: RandomBytes;
}

/**
 * A VM's virtio devices.
 *
 * @throws ConfigurationError for more than the board has room for, or a disk that cannot be one
 */
export function makeDevices(
  spec: DeviceSpec,
  ports: readonly ConsolePort[],
  options: {
    readonly cpus: number;
    readonly virtual: boolean;
    /** Address of the network card. */
    readonly mac: string;
    readonly seed?: bigint;
  },
): VmDevices {
  const blocks = spec.drives.map(
    (disk, index) =>
      new BlockDevice(disk, {
        queues: options.cpus,
        serial: `hartwood-${index}`,
        ordered: options.virtual,
      }),
  );
  const own: VirtioDevice[] = [...blocks, ...spec.devices];
  if (own.length > USER_SLOTS) {
    throw new ConfigurationError(
      `a VM has room for ${USER_SLOTS} drives and devices, not ${own.length}`,
    );
  }
  const console = new ConsoleDevice(ports);
  const network = new NetworkDevice(options.mac);
  const plan: (VirtioDevice | undefined)[] = [...own];
  plan[CONSOLE_SLOT] = console;
  plan[NETWORK_SLOT] = network;
  const entropy = new RandomBytes(
    options.seed === undefined ? undefined : options.seed ^ ENTROPY_SALT,
  );
  plan[ENTROPY_SLOT] = new EntropyDevice(entropy);
  return { plan, console, blocks, network, entropy };
}
