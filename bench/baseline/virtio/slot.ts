/**
 * A virtio-mmio slot's state: the transport's registers, its configuration space, its queues. A slot
 * without a device has type 0.
 */

/** Slots of a VM, queues of a slot, bytes of a configuration space. */
export const VIRTIO_SLOTS = 8;
export const VIRTIO_QUEUES = 16;
export const CONFIG_LIMIT = 256;

/** Device status (VIRTIO 1.2 §2.1). */
export const DRIVER_OK = 4;
export const FEATURES_OK = 8;
export const NEEDS_RESET = 64;

/** Features of the transport and the rings (VIRTIO 1.2 §6): of the low half, and of the high one. */
export const INDIRECT_DESC = 1 << 28;
export const EVENT_IDX = 1 << 29;
export const HIGH_VERSION_1 = 1;

/** Interrupt causes (VIRTIO 1.2 §4.2.2, InterruptStatus). */
export const USED_BUFFER = 1;
export const CONFIG_CHANGE = 2;

/** What a slot has to tell its back end. */
export const EVENT_ACTIVATED = 1;
export const EVENT_RESET = 2;
export const EVENT_CONFIGURED = 4;

/** Why a device stopped serving its driver; the last one is kept, over resets too. */
export const CAUSE_NONE = 0;
/** A queue's ring is not in RAM, not aligned, or of a size that is none (§2.7). */
export const CAUSE_RING = 1;
/** The available index is more than a queue ahead (§2.7.13.3). */
export const CAUSE_AVAILABLE = 2;
/** A head or next index beyond the table (§2.7.5). */
export const CAUSE_INDEX = 3;
/** A chain longer than the queue is large, as loops are (§2.7.5.2). */
export const CAUSE_LENGTH = 4;
/** An indirect table that was not negotiated, is nested, not in RAM, or of a wrong size (§2.7.5.3.1). */
export const CAUSE_INDIRECT = 5;
/** A buffer that is not in RAM. */
export const CAUSE_BUFFER = 6;
/** A buffer for reading behind one for writing (§2.7.4.2). */
export const CAUSE_ORDER = 7;
/** More bytes in a chain than a request may have. */
export const CAUSE_SIZE = 8;
/** The back end failed. */
export const CAUSE_BACK_END = 9;

/** A split virtqueue (VIRTIO 1.2 §2.7). All fields are 32-bit integers. */
export class Queue {
  /** Halves of the GPAs of descriptor table, available ring and used ring. */
  descriptorsLow = 0;
  descriptorsHigh = 0;
  availableLow = 0;
  availableHigh = 0;
  usedLow = 0;
  usedHigh = 0;
  /** Size that the driver chose, and the largest it may; a queue with a `most` of 0 is not there. */
  size = 0;
  most = 0;
  ready = 0;
  /** Next available entry to take and next used entry to fill; they wrap at 2^16, as the rings' do. */
  availableNext = 0;
  usedNext = 0;
  /** Requests taken and not completed. */
  inFlight = 0;
  /**
   * Where a ready queue's parts begin in the host's memory: descriptors and used ring in words, the available
   * ring in half-words. RAM does not move, and their alignment was checked (virtio/ring).
   */
  descriptorWord = 0;
  availableHalf = 0;
  usedWord = 0;
  /** Word of RAM that the used ring begins at. */
  usedRamWord = 0;
}

/** A slot's registers. All numbers are 32-bit integers; those that the driver wrote may be negative. */
export class Slot {
  readonly index: number;
  readonly all: Queue[] = [];
  readonly config = new Uint8Array(CONFIG_LIMIT);
  /** Device type (VIRTIO 1.2 §5); 0 for none. */
  type = 0;
  queues = 0;
  status = 0;
  interruptStatus = 0;
  deviceLow = 0;
  deviceHigh = 0;
  driverLow = 0;
  driverHigh = 0;
  deviceFeaturesSelect = 0;
  driverFeaturesSelect = 0;
  queueSelect = 0;
  configGeneration = 0;
  configSize = 0;
  /** EVENT_* that the host layer has not fetched yet, and queues that were notified, a bit each. */
  events = 0;
  notified = 0;
  /** What the driver wrote to the configuration space last. */
  writtenOffset = 0;
  writtenLength = 0;
  writtenValue = 0;
  /** CAUSE_* why NEEDS_RESET was set last, and how often it was. */
  cause = CAUSE_NONE;
  failures = 0;

  constructor(index: number) {
    this.index = index;
    for (let queue = 0; queue < VIRTIO_QUEUES; queue++) this.all.push(new Queue());
  }
}
