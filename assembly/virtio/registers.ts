/** The registers of a virtio-mmio slot, version 2 (VIRTIO 1.2 §4.2.2). */
import { requestHandOver } from '../bus/exit';
import { EXIT_DOORBELL, VIRTIO_QUEUES } from '../vm/vm';
import { acknowledge, breakDevice } from './interrupt';
import { checkRings } from './ring';
import { ALL_QUEUES, dropChains } from './slab';
import {
  CAUSE_RING,
  configAddress,
  DRIVER_OK,
  EVENT_ACTIVATED,
  EVENT_CONFIGURED,
  EVENT_RESET,
  FEATURES_OK,
  NEEDS_RESET,
  Queue,
  queueAt,
  ringDoorbell,
  Slot,
  slotAt,
  VERSION_1,
} from './slot';

/** Registers and configuration space, as QEMU maps them. */
export const SLOT_WINDOW: u32 = 0x200;
/** Where the configuration space begins; it takes narrow accesses too. */
const CONFIG: u32 = 0x100;

const MAGIC_VALUE: u32 = 0x000;
const VERSION: u32 = 0x004;
const DEVICE_ID: u32 = 0x008;
const VENDOR_ID: u32 = 0x00c;
const DEVICE_FEATURES: u32 = 0x010;
const DEVICE_FEATURES_SELECT: u32 = 0x014;
const DRIVER_FEATURES: u32 = 0x020;
const DRIVER_FEATURES_SELECT: u32 = 0x024;
const QUEUE_SELECT: u32 = 0x030;
const QUEUE_NUM_MAX: u32 = 0x034;
const QUEUE_NUM: u32 = 0x038;
const QUEUE_READY: u32 = 0x044;
const QUEUE_NOTIFY: u32 = 0x050;
const INTERRUPT_STATUS: u32 = 0x060;
const INTERRUPT_ACK: u32 = 0x064;
const STATUS: u32 = 0x070;
const QUEUE_DESC_LOW: u32 = 0x080;
const QUEUE_DESC_HIGH: u32 = 0x084;
const QUEUE_DRIVER_LOW: u32 = 0x090;
const QUEUE_DRIVER_HIGH: u32 = 0x094;
const QUEUE_DEVICE_LOW: u32 = 0x0a0;
const QUEUE_DEVICE_HIGH: u32 = 0x0a4;
const SHARED_MEMORY_LENGTH_LOW: u32 = 0x0b0;
const SHARED_MEMORY_BASE_HIGH: u32 = 0x0bc;
const CONFIG_GENERATION: u32 = 0x0fc;

/** "HTWD", little-endian. */
const VENDOR: u64 = 0x4457_5448;

function selectedQueue(slot: Slot): Queue | null {
  const queue = queueAt(slot, min<u32>(slot.queueSelect, VIRTIO_QUEUES - 1));
  return slot.queueSelect < slot.queues ? queue : null;
}

/** Reads `bytes` bytes at `offset` of a slot. A slot without a device has its identity and else zeros. */
export function slotLoad(vm: usize, index: u32, offset: u32, bytes: u32): u64 {
  const slot = slotAt(vm, index);
  if (offset >= CONFIG) return loadConfig(slot, offset - CONFIG, bytes);
  // Registers are 32 bits wide (§4.2.2.2).
  if (bytes !== 4) return 0;
  if (offset === MAGIC_VALUE) return 0x7472_6976; // "virt", little-endian
  if (offset === VERSION) return 2;
  if (!slot.type) return 0;
  switch (offset) {
    case DEVICE_ID:
      return slot.type;
    case VENDOR_ID:
      return VENDOR;
    case DEVICE_FEATURES:
      return half(slot.deviceFeatures, slot.deviceFeaturesSelect);
    case QUEUE_NUM_MAX: {
      const queue = selectedQueue(slot);
      return queue ? queue.most : 0;
    }
    case QUEUE_READY: {
      const queue = selectedQueue(slot);
      return queue ? queue.ready : 0;
    }
    case INTERRUPT_STATUS:
      return slot.interruptStatus;
    case STATUS:
      return slot.status;
    case CONFIG_GENERATION:
      return slot.configGeneration;
    default:
      // There is no shared memory: length and base are all ones.
      return offset >= SHARED_MEMORY_LENGTH_LOW && offset <= SHARED_MEMORY_BASE_HIGH
        ? 0xffff_ffff
        : 0;
  }
}

function half(features: u64, select: u32): u64 {
  if (select > 1) return 0;
  return (features >> ((<u64>select) << 5)) & 0xffff_ffff;
}

function loadConfig(slot: Slot, offset: u32, bytes: u32): u64 {
  if (offset + bytes > slot.configSize) return 0;
  const address = configAddress(slot) + offset;
  if (bytes === 4) return load<u32>(address);
  return bytes === 2 ? load<u16>(address) : load<u8>(address);
}

/** Writes the low `bytes` bytes of `value` at `offset` of a slot; what is read-only ignores it. */
export function slotStore(
  hart: usize,
  vm: usize,
  index: u32,
  offset: u32,
  value: u32,
  bytes: u32,
): void {
  const slot = slotAt(vm, index);
  if (!slot.type) return;
  if (offset >= CONFIG) {
    storeConfig(hart, vm, slot, offset - CONFIG, value, bytes);
    return;
  }
  if (bytes !== 4) return;
  switch (offset) {
    case DEVICE_FEATURES_SELECT:
      slot.deviceFeaturesSelect = value;
      break;
    case DRIVER_FEATURES_SELECT:
      slot.driverFeaturesSelect = value;
      break;
    case DRIVER_FEATURES:
      storeDriverFeatures(slot, value);
      break;
    case QUEUE_SELECT:
      slot.queueSelect = value;
      break;
    case QUEUE_NOTIFY:
      notify(hart, vm, slot, value);
      break;
    case INTERRUPT_ACK:
      acknowledge(vm, slot, value);
      break;
    case STATUS:
      storeStatus(hart, vm, slot, value & 0xff);
      break;
    default: {
      const queue = selectedQueue(slot);
      if (queue) storeQueue(vm, slot, queue, offset, value);
    }
  }
}

/** The driver's choice stands once FEATURES_OK is set (§3.1.1). */
function storeDriverFeatures(slot: Slot, value: u32): void {
  if (slot.status & FEATURES_OK || slot.driverFeaturesSelect > 1) return;
  const shift = (<u64>slot.driverFeaturesSelect) << 5;
  const kept = slot.driverFeatures & ~((<u64>0xffff_ffff) << shift);
  slot.driverFeatures = kept | ((<u64>value) << shift);
}

function withLow(address: u64, value: u32): u64 {
  return (address & ~0xffff_ffff) | <u64>value;
}

function withHigh(address: u64, value: u32): u64 {
  return (address & 0xffff_ffff) | ((<u64>value) << 32);
}

/** A queue in use keeps its place and size (§4.2.2.2). */
function storeQueue(vm: usize, slot: Slot, queue: Queue, offset: u32, value: u32): void {
  if (offset === QUEUE_READY) {
    storeReady(vm, slot, queue, value & 1);
    return;
  }
  if (queue.ready) return;
  switch (offset) {
    case QUEUE_NUM:
      queue.size = value;
      break;
    case QUEUE_DESC_LOW:
      queue.descriptors = withLow(queue.descriptors, value);
      break;
    case QUEUE_DESC_HIGH:
      queue.descriptors = withHigh(queue.descriptors, value);
      break;
    case QUEUE_DRIVER_LOW:
      queue.available = withLow(queue.available, value);
      break;
    case QUEUE_DRIVER_HIGH:
      queue.available = withHigh(queue.available, value);
      break;
    case QUEUE_DEVICE_LOW:
      queue.used = withLow(queue.used, value);
      break;
    case QUEUE_DEVICE_HIGH:
      queue.used = withHigh(queue.used, value);
      break;
    default:
      break;
  }
}

function storeReady(vm: usize, slot: Slot, queue: Queue, ready: u32): void {
  if (ready === queue.ready) return;
  if (!ready) {
    dropChains(vm, slot.index, slot.queueSelect);
    queue.inFlight = 0;
    queue.ready = 0;
    return;
  }
  if (!checkRings(vm, queue)) {
    breakDevice(vm, slot, CAUSE_RING);
    return;
  }
  queue.availableNext = 0;
  queue.usedNext = 0;
  queue.reserved = 0;
  queue.availableAddress = 0;
  queue.usedAddress = 0;
  queue.ready = 1;
}

function notify(hart: usize, vm: usize, slot: Slot, index: u32): void {
  if (index >= slot.queues || !(slot.status & DRIVER_OK)) return;
  if (!queueAt(slot, index).ready) return;
  slot.notified |= (<u32>1) << index;
  ringDoorbell(vm, slot);
  requestHandOver(hart, EXIT_DOORBELL);
}

/** The driver sets bits, and takes all of them back at once by writing 0 (§2.1.1). */
function storeStatus(hart: usize, vm: usize, slot: Slot, value: u32): void {
  if (!value) {
    resetSlot(vm, slot);
    requestHandOver(hart, EXIT_DOORBELL);
    return;
  }
  const added = value & ~slot.status & ~NEEDS_RESET;
  if (added & FEATURES_OK && hasGoodFeatures(slot)) slot.status |= FEATURES_OK;
  slot.status |= added & ~(FEATURES_OK | DRIVER_OK);
  if (!(added & DRIVER_OK) || !(slot.status & FEATURES_OK)) return;
  slot.status |= DRIVER_OK;
  slot.events |= EVENT_ACTIVATED;
  ringDoorbell(vm, slot);
  requestHandOver(hart, EXIT_DOORBELL);
}

/** Only what was offered, and not without VERSION_1, which is not a legacy device's (§6.1). */
function hasGoodFeatures(slot: Slot): bool {
  return (
    (slot.driverFeatures & ~slot.deviceFeatures) === 0 && (slot.driverFeatures & VERSION_1) !== 0
  );
}

/** Puts a slot into its state at power-on (§2.1.2); all its requests are void afterwards. */
export function resetSlot(vm: usize, slot: Slot): void {
  dropChains(vm, slot.index, ALL_QUEUES);
  const active = slot.status & DRIVER_OK && !(slot.events & EVENT_ACTIVATED);
  slot.events = active || slot.events & EVENT_RESET ? EVENT_RESET : 0;
  if (slot.events) ringDoorbell(vm, slot);
  slot.notified = 0;
  slot.status = 0;
  slot.driverFeatures = 0;
  slot.deviceFeaturesSelect = 0;
  slot.driverFeaturesSelect = 0;
  slot.queueSelect = 0;
  for (let index: u32 = 0; index < slot.queues; ++index) {
    const queue = queueAt(slot, index);
    const most = queue.most;
    memory.fill(changetype<usize>(queue), 0, offsetof<Queue>());
    queue.most = most;
  }
  acknowledge(vm, slot, u32.MAX_VALUE);
}

/** The back end decides what becomes of a write (§2.5); the space itself stays as it is. */
function storeConfig(
  hart: usize,
  vm: usize,
  slot: Slot,
  offset: u32,
  value: u32,
  bytes: u32,
): void {
  if (offset + bytes > slot.configSize) return;
  slot.writtenOffset = offset;
  slot.writtenLength = bytes;
  slot.writtenValue = value;
  slot.events |= EVENT_CONFIGURED;
  ringDoorbell(vm, slot);
  requestHandOver(hart, EXIT_DOORBELL);
}
