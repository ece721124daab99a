/** What the host layer does to slots on behalf of its back ends. Bytes cross in the TRANSFER area. */
import { TRANSFER } from '../layout';
import { VIRTIO_QUEUES, VIRTIO_SLOTS, vmAt } from '../vm/vm';
import { breakDevice, raiseInterrupt } from './interrupt';
import {
  CAUSE_BACK_END,
  CONFIG_CHANGE,
  CONFIG_LIMIT,
  configAddress,
  DRIVER_OK,
  EVENT_IDX,
  INDIRECT_DESC,
  queueAt,
  slotAt,
  VERSION_1,
} from './slot';

/** Bits 24 to 49: of the transport and the rings, which a device does not decide (VIRTIO 1.2 §2.2). */
const TRANSPORT_FEATURES: u64 = ((1 << 26) - 1) << 24;
/** Largest queue; a power of 2. */
const MOST_QUEUE_SIZE: u32 = 1024;

/**
 * Puts a device into a slot, before the VM runs: its type, its own features, the number of its
 * queues, and at TRANSFER their sizes (u32 each), then `configSize` bytes of configuration space. False
 * for what cannot be.
 */
export function attachDevice(
  vm: usize,
  index: u32,
  type: u32,
  features: u64,
  queues: u32,
  configSize: u32,
): bool {
  if (index >= VIRTIO_SLOTS || !type || queues > VIRTIO_QUEUES || configSize > CONFIG_LIMIT) {
    return false;
  }
  if (features & TRANSPORT_FEATURES) return false;
  for (let queue: u32 = 0; queue < queues; ++queue) {
    const size = load<u32>(TRANSFER + ((<usize>queue) << 2));
    if (!size || size > MOST_QUEUE_SIZE || popcnt<u32>(size) !== 1) return false;
  }
  const slot = slotAt(vm, index);
  slot.index = index;
  slot.type = type;
  slot.deviceFeatures = features | VERSION_1 | INDIRECT_DESC | EVENT_IDX;
  slot.queues = queues;
  for (let queue: u32 = 0; queue < queues; ++queue) {
    queueAt(slot, queue).most = load<u32>(TRANSFER + ((<usize>queue) << 2));
  }
  slot.configSize = configSize;
  memory.copy(configAddress(slot), TRANSFER + ((<usize>queues) << 2), configSize);
  return true;
}

/**
 * Slots that have something for their back ends, a bit each; asking takes the doorbells' ringing away,
 * and begins a turn, in which requests may be given so many frames (virtio/slab).
 */
export function takeDoorbells(vm: usize): u32 {
  const slots = vmAt(vm).doorbells;
  vmAt(vm).doorbells = 0;
  vmAt(vm).pagesMade = 0;
  return slots;
}

/**
 * Puts at TRANSFER, and forgets, what a slot has for its back end: u32 EVENT_*, queues notified, offset, length
 * and value of a write to the configuration space, status, cause; then the features agreed on (u64, at 32).
 */
export function takeEvents(vm: usize, index: u32): void {
  const slot = slotAt(vm, index);
  store<u32>(TRANSFER, slot.events);
  store<u32>(TRANSFER + 4, slot.notified);
  store<u32>(TRANSFER + 8, slot.writtenOffset);
  store<u32>(TRANSFER + 12, slot.writtenLength);
  store<u32>(TRANSFER + 16, slot.writtenValue);
  store<u32>(TRANSFER + 20, slot.status);
  store<u32>(TRANSFER + 24, slot.cause);
  store<u32>(TRANSFER + 28, slot.failures);
  store<u64>(TRANSFER + 32, slot.driverFeatures);
  slot.events = 0;
  slot.notified = 0;
}

/** Changes the configuration space from the bytes at TRANSFER, and tells the driver (§2.5.2). */
export function setConfig(vm: usize, index: u32, offset: u32, count: u32): bool {
  const slot = slotAt(vm, index);
  if (offset > slot.configSize || count > slot.configSize - offset) return false;
  memory.copy(configAddress(slot) + offset, TRANSFER, count);
  slot.configGeneration += 1;
  if (slot.status & DRIVER_OK) raiseInterrupt(vm, slot, CONFIG_CHANGE);
  return true;
}

/** The back end failed: its device serves its driver no more until it is reset. */
export function failDevice(vm: usize, index: u32): void {
  breakDevice(vm, slotAt(vm, index), CAUSE_BACK_END);
}
