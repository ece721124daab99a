import type { Core } from '../../src/core/core.js';
import { type TakenRequest, VirtioSlots } from '../../src/core/virtio-slots.js';
import { FREE, MmioGuest, type MmioGuestOptions } from './mmio-guest.js';
import { type DriverOptions, MockDriver } from './mock-driver.js';
import { type MockQueue, placeAt } from './mock-queue.js';

/** A device for tests of the transport: its type means nothing to the core. */
export const PLAIN = {
  type: 42,
  features: 1n << 5n,
  queues: [256, 64] as readonly number[],
  config: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
};

/** Queue 0 of 16 entries, each of its parts on a page of its own. */
export const PLACE = {
  size: 16,
  descriptors: FREE,
  available: FREE + 0x1000n,
  used: FREE + 0x2000n,
};
/** Where the tests have their buffers: 128 KiB behind the queues. */
export const BUFFERS = FREE + 0x1_8000n;

/** A machine with a device in slot 0, its driver, and the back end's calls into the core. */
export interface Rig {
  readonly guest: MmioGuest;
  readonly core: Core;
  readonly vm: number;
  readonly driver: MockDriver;
  readonly slots: VirtioSlots;
}

export async function rig(
  options: MmioGuestOptions & { readonly device?: Partial<typeof PLAIN> } = {},
): Promise<Rig> {
  const { device, ...machine } = options;
  const guest = await MmioGuest.create(machine);
  const { core, vm } = guest.machine;
  const slots = new VirtioSlots(core, vm);
  if (!slots.attach(0, { ...PLAIN, ...device })) throw new Error('the core refused the device');
  return { guest, core, vm, driver: new MockDriver(guest), slots };
}

/** The same, its driver at DRIVER_OK with queue 0 at PLACE. */
export async function running(
  options: Parameters<typeof rig>[0] & DriverOptions & { readonly size?: number } = {},
): Promise<Rig & { readonly queue: MockQueue }> {
  const { features, queues, size, ...rest } = options;
  const made = await rig(rest);
  const place = size === undefined ? PLACE : placeAt(FREE, size);
  const [queue] = made.driver.init({
    ...(features === undefined ? {} : { features }),
    queues: queues ?? [place],
  });
  if (queue === undefined) throw new Error('the rig has no queue');
  return { ...made, queue };
}

/** Takes a request that must be there. */
export function take({ slots }: Rig, queue = 0, slot = 0): TakenRequest {
  const taken = slots.take(slot, queue);
  if (typeof taken === 'number') throw new Error(`there was no request, but ${taken}`);
  return taken;
}
