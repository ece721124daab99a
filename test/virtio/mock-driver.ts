import type { Access, MmioGuest } from './mmio-guest.js';
import { MockQueue, type QueuePlace } from './mock-queue.js';
import { Register, Status, slotBase, VERSION_1 } from './registers.js';

export interface DriverOptions {
  /** Features to accept; VERSION_1 alone if not given. */
  readonly features?: bigint;
  /** Where the queues stand, from queue 0 on; those that are `undefined` stay unused. */
  readonly queues?: readonly (QueuePlace | undefined)[];
}

/**
 * The guest's side of one virtio-mmio slot: what a driver does, step by step, by loads and stores of
 * the guest's own. It can do each step wrongly too.
 */
export class MockDriver {
  readonly guest: MmioGuest;
  readonly slot: number;

  constructor(guest: MmioGuest, slot = 0) {
    this.guest = guest;
    this.slot = slot;
  }

  read(register: number, width: Access['width'] = 4): number {
    return Number(this.guest.load(slotBase(this.slot) + BigInt(register), width));
  }

  write(register: number, value: number, width: Access['width'] = 4): void {
    this.guest.storeAll([this.#store(register, value, width)]);
  }

  /** Writes registers one after the other, all of 32 bits. */
  writeAll(pairs: readonly (readonly [register: number, value: number])[]): void {
    this.guest.storeAll(pairs.map(([register, value]) => this.#store(register, value)));
  }

  #store(register: number, value: number, width: Access['width'] = 4): Access {
    const address = slotBase(this.slot) + BigInt(register);
    return { address, width, value: BigInt(value >>> 0) };
  }

  /** Brings the device to DRIVER_OK as VIRTIO 1.2 §3.1.1 says, and gives the queues. */
  init({ features = VERSION_1, queues = [] }: DriverOptions = {}): MockQueue[] {
    this.reset();
    this.addStatus(Status.Acknowledge);
    this.addStatus(Status.Driver);
    if (!this.negotiate(features)) throw new Error('the device did not accept the features');
    const made = queues.flatMap((place, index) => {
      if (place === undefined) return [];
      const queue = new MockQueue(this.guest.machine.ram, place);
      this.setUp(index, place);
      return [queue];
    });
    this.addStatus(Status.DriverOk);
    return made;
  }

  reset(): void {
    this.write(Register.Status, 0);
  }

  get status(): number {
    return this.read(Register.Status);
  }

  addStatus(bits: number): void {
    this.write(Register.Status, this.status | bits);
  }

  get deviceFeatures(): bigint {
    const half = (select: number) => {
      this.write(Register.DeviceFeaturesSelect, select);
      return BigInt(this.read(Register.DeviceFeatures));
    };
    return half(0) | (half(1) << 32n);
  }

  /** Accepts features and asks for FEATURES_OK; whether the device agreed. */
  negotiate(features: bigint): boolean {
    this.writeAll([
      [Register.DriverFeaturesSelect, 0],
      [Register.DriverFeatures, Number(features & 0xffff_ffffn)],
      [Register.DriverFeaturesSelect, 1],
      [Register.DriverFeatures, Number(features >> 32n)],
    ]);
    this.addStatus(Status.FeaturesOk);
    return (this.status & Status.FeaturesOk) !== 0;
  }

  /** Tells the device of a queue; whether it is ready then. */
  setUp(index: number, { size, descriptors, available, used }: QueuePlace): boolean {
    const low = (address: bigint) => Number(address & 0xffff_ffffn);
    const high = (address: bigint) => Number((address >> 32n) & 0xffff_ffffn);
    this.writeAll([
      [Register.QueueSelect, index],
      [Register.QueueSize, size],
      [Register.DescriptorsLow, low(descriptors)],
      [Register.DescriptorsHigh, high(descriptors)],
      [Register.AvailableLow, low(available)],
      [Register.AvailableHigh, high(available)],
      [Register.UsedLow, low(used)],
      [Register.UsedHigh, high(used)],
      [Register.QueueReady, 1],
    ]);
    return this.read(Register.QueueReady) === 1;
  }

  /** Ends a queue alone (VIRTIO 1.2 §4.2.2, QueueReady). */
  end(index: number): void {
    this.writeAll([
      [Register.QueueSelect, index],
      [Register.QueueReady, 0],
    ]);
  }

  notify(queue = 0): void {
    this.write(Register.QueueNotify, queue);
  }

  get interruptStatus(): number {
    return this.read(Register.InterruptStatus);
  }

  acknowledge(causes: number): void {
    this.write(Register.InterruptAck, causes);
  }
}
