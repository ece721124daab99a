/** What the host layer does to slots on behalf of its back ends. Bytes cross in the TRANSFER area. */
import { TRANSFER } from '../layout.js';
import { bigHigh, bigLow } from '../pair.js';
import type { Vm } from '../vm/vm.js';
import { breakDevice, raiseInterrupt } from './interrupt.js';
import {
  CAUSE_BACK_END,
  CONFIG_CHANGE,
  CONFIG_LIMIT,
  DRIVER_OK,
  EVENT_IDX,
  HIGH_VERSION_1,
  INDIRECT_DESC,
  VIRTIO_QUEUES,
  VIRTIO_SLOTS,
} from './slot.js';

/** Bits 24 to 49: of the transport and the rings, which a device does not decide (VIRTIO 1.2 §2.2). */
const TRANSPORT_LOW = 0xff << 24;
const TRANSPORT_HIGH = (1 << 18) - 1;
/** Largest queue; a power of 2. */
const MOST_QUEUE_SIZE = 1024;
const TRANSFER_WORD = TRANSFER >>> 2;

/**
 * Puts a device into a slot, before the VM runs: its type, its own features, the number of its
 * queues, and at TRANSFER their sizes (u32 each), then `configSize` bytes of configuration space. False
 * for what cannot be.
 */
export function attachDevice(
  vm: Vm,
  index: number,
  type: number,
  features: bigint,
  queues: number,
  configSize: number,
): boolean {
  if (index >= VIRTIO_SLOTS || type === 0) return false;
  if (queues > VIRTIO_QUEUES || configSize > CONFIG_LIMIT) return false;
  const low = bigLow(features);
  const high = bigHigh(features);
  if (low & TRANSPORT_LOW || high & TRANSPORT_HIGH) return false;
  const { i32, u8 } = vm.memory;
  for (let queue = 0; queue < queues; queue++) {
    const size = i32[TRANSFER_WORD + queue];
    if (size <= 0 || size > MOST_QUEUE_SIZE || (size & (size - 1)) !== 0) return false;
  }
  const slot = vm.virtio.slots[index];
  slot.type = type | 0;
  slot.deviceLow = low | INDIRECT_DESC | EVENT_IDX;
  slot.deviceHigh = high | HIGH_VERSION_1;
  slot.queues = queues;
  for (let queue = 0; queue < queues; queue++) slot.all[queue].most = i32[TRANSFER_WORD + queue];
  slot.configSize = configSize;
  const config = TRANSFER + 4 * queues;
  slot.config.set(u8.subarray(config, config + configSize));
  return true;
}

/** Slots that have something for their back ends, a bit each; asking takes the doorbells' ringing away. */
export function takeDoorbells(vm: Vm): number {
  const { doorbells } = vm.virtio;
  vm.virtio.doorbells = 0;
  return doorbells;
}

/**
 * Puts at TRANSFER, and forgets, what a slot has for its back end: u32 EVENT_*, queues notified, offset, length
 * and value of a write to the configuration space, status, cause; then the features agreed on (u64, at 32).
 */
export function takeEvents(vm: Vm, index: number): void {
  const { i32 } = vm.memory;
  const slot = vm.virtio.slots[index];
  i32[TRANSFER_WORD] = slot.events;
  i32[TRANSFER_WORD + 1] = slot.notified;
  i32[TRANSFER_WORD + 2] = slot.writtenOffset;
  i32[TRANSFER_WORD + 3] = slot.writtenLength;
  i32[TRANSFER_WORD + 4] = slot.writtenValue;
  i32[TRANSFER_WORD + 5] = slot.status;
  i32[TRANSFER_WORD + 6] = slot.cause;
  i32[TRANSFER_WORD + 7] = slot.failures;
  i32[TRANSFER_WORD + 8] = slot.driverLow;
  i32[TRANSFER_WORD + 9] = slot.driverHigh;
  slot.events = 0;
  slot.notified = 0;
}

/** Changes the configuration space from the bytes at TRANSFER, and tells the driver (§2.5.2). */
export function setConfig(vm: Vm, index: number, offset: number, count: number): boolean {
  const slot = vm.virtio.slots[index];
  if (offset > slot.configSize || count > slot.configSize - offset) return false;
  slot.config.set(vm.memory.u8.subarray(TRANSFER, TRANSFER + count), offset);
  slot.configGeneration = (slot.configGeneration + 1) | 0;
  if (slot.status & DRIVER_OK) raiseInterrupt(vm, slot, CONFIG_CHANGE);
  return true;
}

/** The back end failed: its device serves its driver no more until it is reset. */
export function failDevice(vm: Vm, index: number): void {
  breakDevice(vm, vm.virtio.slots[index], CAUSE_BACK_END);
}
