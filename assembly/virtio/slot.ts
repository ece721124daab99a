/**
 * A virtio-mmio slot's state: the transport's registers, its configuration space, its queues. A slot
 * without a device has type 0.
 */
import {
  VIRTIO_OFFSET,
  VIRTIO_QUEUE_RECORD,
  VIRTIO_QUEUES,
  VIRTIO_SLOT_RECORD,
  VIRTIO_SLOT_SIZE,
  VIRTIO_SLOTS,
  vmAt,
} from '../vm/vm';

/** Device status (VIRTIO 1.2 §2.1). */
export const DRIVER_OK: u32 = 4;
export const FEATURES_OK: u32 = 8;
export const NEEDS_RESET: u32 = 64;

/** Features of the transport and the rings (VIRTIO 1.2 §6). */
export const INDIRECT_DESC: u64 = 1 << 28;
export const EVENT_IDX: u64 = 1 << 29;
export const VERSION_1: u64 = 1 << 32;

/** Interrupt causes (VIRTIO 1.2 §4.2.2, InterruptStatus). */
export const USED_BUFFER: u32 = 1;
export const CONFIG_CHANGE: u32 = 2;

/** What a slot has to tell its back end. */
export const EVENT_ACTIVATED: u32 = 1;
export const EVENT_RESET: u32 = 2;
export const EVENT_CONFIGURED: u32 = 4;

/** Why a device stopped serving its driver; the last one is kept, over resets too. */
export const CAUSE_NONE: u32 = 0;
/** A queue's ring is not in RAM, not aligned, or of a size that is none (§2.7). */
export const CAUSE_RING: u32 = 1;
/** The available index is more than a queue ahead (§2.7.13.3). */
export const CAUSE_AVAILABLE: u32 = 2;
/** A head or next index beyond the table (§2.7.5). */
export const CAUSE_INDEX: u32 = 3;
/** A chain longer than the queue is large, as loops are (§2.7.5.2). */
export const CAUSE_LENGTH: u32 = 4;
/** An indirect table that was not negotiated, is nested, not in RAM, or of a wrong size (§2.7.5.3.1). */
export const CAUSE_INDIRECT: u32 = 5;
/** A buffer that is not in RAM. */
export const CAUSE_BUFFER: u32 = 6;
/** A buffer for reading behind one for writing (§2.7.4.2). */
export const CAUSE_ORDER: u32 = 7;
/** More bytes in a chain than a request may have. */
export const CAUSE_SIZE: u32 = 8;
/** The back end failed. */
export const CAUSE_BACK_END: u32 = 9;

/** A slot's registers; its configuration space follows at CONFIG_OFFSET. */
@unmanaged
export class Slot {
  /** Device type (VIRTIO 1.2 §5); 0 for none. */
  type: u32;
  queues: u32;
  status: u32;
  interruptStatus: u32;
  deviceFeatures: u64;
  driverFeatures: u64;
  deviceFeaturesSelect: u32;
  driverFeaturesSelect: u32;
  queueSelect: u32;
  configGeneration: u32;
  configSize: u32;
  /** EVENT_* that the host layer has not fetched yet, and queues that were notified, a bit each. */
  events: u32;
  notified: u32;
  /** What the driver wrote to the configuration space last. */
  writtenOffset: u32;
  writtenLength: u32;
  writtenValue: u32;
  /** CAUSE_* why NEEDS_RESET was set last, and how often it was. */
  cause: u32;
  failures: u32;
  index: u32;
  reserved: u32;
}

export const CONFIG_OFFSET: usize = 256;
export const CONFIG_LIMIT: u32 = <u32>(VIRTIO_SLOT_RECORD - CONFIG_OFFSET);

/** A split virtqueue (VIRTIO 1.2 §2.7). */
@unmanaged
export class Queue {
  /** GPA of descriptor table, available ring and used ring. */
  descriptors: u64;
  available: u64;
  used: u64;
  /** Size that the driver chose, and the largest it may; a queue with a `most` of 0 is not there. */
  size: u32;
  most: u32;
  ready: u32;
  /** Next available entry to take and next used entry to fill; they wrap at 2^16, as the rings' do. */
  availableNext: u32;
  usedNext: u32;
  /** Requests taken and not completed. */
  inFlight: u32;
  /** Whether the used ring has all of its frames, which it keeps. */
  reserved: u32;
  /** Linear addresses of the rings, once they have frames that follow each other; else 0. */
  availableAddress: u32;
  usedAddress: u32;
}

export function slotAt(vm: usize, index: u32): Slot {
  return changetype<Slot>(vm + VIRTIO_OFFSET + <usize>index * VIRTIO_SLOT_SIZE);
}

export function configAddress(slot: Slot): usize {
  return changetype<usize>(slot) + CONFIG_OFFSET;
}

export function queueAt(slot: Slot, index: u32): Queue {
  return changetype<Queue>(
    changetype<usize>(slot) + VIRTIO_SLOT_RECORD + <usize>index * VIRTIO_QUEUE_RECORD,
  );
}

/** Notes that the host layer must look at the slot after this run. */
export function ringDoorbell(vm: usize, slot: Slot): void {
  vmAt(vm).doorbells |= (<u32>1) << slot.index;
}

/** Whether no request is under way: one without buffers pins nothing. */
export function isAtRest(vm: usize): bool {
  if (vmAt(vm).pins) return false;
  for (let index: u32 = 0; index < VIRTIO_SLOTS; ++index) {
    for (let queue: u32 = 0; queue < VIRTIO_QUEUES; ++queue) {
      if (queueAt(slotAt(vm, index), queue).inFlight) return false;
    }
  }
  return true;
}
