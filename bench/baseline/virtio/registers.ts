/** The registers of a virtio-mmio slot, version 2 (VIRTIO 1.2 §4.2.2). */
import type { Vm } from '../vm/vm.js';
import { acknowledge, handOver, ringDoorbell } from './interrupt.js';
import { DRIVER_OK, EVENT_CONFIGURED, FEATURES_OK, type Queue, type Slot } from './slot.js';
import { storeReady, storeStatus } from './status.js';

/** Where the configuration space begins; it takes narrow accesses too. */
const CONFIG = 0x100;

const MAGIC_VALUE = 0x000;
const VERSION = 0x004;
const DEVICE_ID = 0x008;
const VENDOR_ID = 0x00c;
const DEVICE_FEATURES = 0x010;
const DEVICE_FEATURES_SELECT = 0x014;
const DRIVER_FEATURES = 0x020;
const DRIVER_FEATURES_SELECT = 0x024;
const QUEUE_SELECT = 0x030;
const QUEUE_NUM_MAX = 0x034;
const QUEUE_NUM = 0x038;
const QUEUE_READY = 0x044;
const QUEUE_NOTIFY = 0x050;
const INTERRUPT_STATUS = 0x060;
const INTERRUPT_ACK = 0x064;
const STATUS = 0x070;
const QUEUE_DESC_LOW = 0x080;
const QUEUE_DESC_HIGH = 0x084;
const QUEUE_DRIVER_LOW = 0x090;
const QUEUE_DRIVER_HIGH = 0x094;
const QUEUE_DEVICE_LOW = 0x0a0;
const QUEUE_DEVICE_HIGH = 0x0a4;
const SHARED_MEMORY_LENGTH_LOW = 0x0b0;
const SHARED_MEMORY_BASE_HIGH = 0x0bc;
const CONFIG_GENERATION = 0x0fc;

/** "virt" and "HTWD", little-endian. */
const MAGIC = 0x7472_6976;
const VENDOR = 0x4457_5448;

function selectedQueue(slot: Slot): Queue | undefined {
  const select = slot.queueSelect >>> 0;
  return select < slot.queues ? slot.all[select] : undefined;
}

/** Reads `bytes` bytes at `offset` of a slot. A slot without a device has its identity and else zeros. */
export function slotLoad(slot: Slot, offset: number, bytes: number): number {
  if (offset >= CONFIG) return loadConfig(slot, offset - CONFIG, bytes);
  // Registers are 32 bits wide (§4.2.2.2).
  if (bytes !== 4) return 0;
  if (offset === MAGIC_VALUE) return MAGIC;
  if (offset === VERSION) return 2;
  if (slot.type === 0) return 0;
  switch (offset) {
    case DEVICE_ID:
      return slot.type;
    case VENDOR_ID:
      return VENDOR;
    case DEVICE_FEATURES:
      return deviceFeatures(slot);
    case QUEUE_NUM_MAX:
      return selectedQueue(slot)?.most ?? 0;
    case QUEUE_READY:
      return selectedQueue(slot)?.ready ?? 0;
    case INTERRUPT_STATUS:
      return slot.interruptStatus;
    case STATUS:
      return slot.status;
    case CONFIG_GENERATION:
      return slot.configGeneration;
    default:
      // There is no shared memory: length and base are all ones.
      return offset >= SHARED_MEMORY_LENGTH_LOW && offset <= SHARED_MEMORY_BASE_HIGH ? -1 : 0;
  }
}

function deviceFeatures(slot: Slot): number {
  if (slot.deviceFeaturesSelect === 0) return slot.deviceLow;
  return slot.deviceFeaturesSelect === 1 ? slot.deviceHigh : 0;
}

function loadConfig(slot: Slot, offset: number, bytes: number): number {
  if (offset + bytes > slot.configSize) return 0;
  let value = 0;
  for (let n = 0; n < bytes; n++) value |= slot.config[offset + n] << (8 * n);
  return value;
}

/** Writes the low `bytes` bytes of `value` at `offset` of a slot; what is read-only ignores it. */
export function slotStore(vm: Vm, slot: Slot, offset: number, bytes: number, value: number): void {
  if (slot.type === 0) return;
  if (offset >= CONFIG) {
    storeConfig(vm, slot, offset - CONFIG, bytes, value);
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
      notify(vm, slot, value >>> 0);
      break;
    case INTERRUPT_ACK:
      acknowledge(vm, slot, value);
      break;
    case STATUS:
      storeStatus(vm, slot, value & 0xff);
      break;
    default: {
      const queue = selectedQueue(slot);
      if (queue !== undefined) storeQueue(vm, slot, queue, offset, value);
    }
  }
}

/** The driver's choice stands once FEATURES_OK is set (§3.1.1). */
function storeDriverFeatures(slot: Slot, value: number): void {
  if (slot.status & FEATURES_OK) return;
  if (slot.driverFeaturesSelect === 0) slot.driverLow = value;
  else if (slot.driverFeaturesSelect === 1) slot.driverHigh = value;
}

/** A queue in use keeps its place and size (§4.2.2.2). */
function storeQueue(vm: Vm, slot: Slot, queue: Queue, offset: number, value: number): void {
  if (offset === QUEUE_READY) {
    storeReady(vm, slot, queue, value & 1);
    return;
  }
  if (queue.ready !== 0) return;
  switch (offset) {
    case QUEUE_NUM:
      queue.size = value;
      break;
    case QUEUE_DESC_LOW:
      queue.descriptorsLow = value;
      break;
    case QUEUE_DESC_HIGH:
      queue.descriptorsHigh = value;
      break;
    case QUEUE_DRIVER_LOW:
      queue.availableLow = value;
      break;
    case QUEUE_DRIVER_HIGH:
      queue.availableHigh = value;
      break;
    case QUEUE_DEVICE_LOW:
      queue.usedLow = value;
      break;
    case QUEUE_DEVICE_HIGH:
      queue.usedHigh = value;
      break;
    default:
      break;
  }
}

function notify(vm: Vm, slot: Slot, index: number): void {
  if (index >= slot.queues || !(slot.status & DRIVER_OK)) return;
  if (slot.all[index].ready === 0) return;
  slot.notified |= 1 << index;
  ringDoorbell(vm, slot);
  handOver(vm);
}

/** The back end decides what becomes of a write (§2.5); the space itself stays as it is. */
function storeConfig(vm: Vm, slot: Slot, offset: number, bytes: number, value: number): void {
  if (offset + bytes > slot.configSize) return;
  slot.writtenOffset = offset;
  slot.writtenLength = bytes;
  slot.writtenValue = value;
  slot.events |= EVENT_CONFIGURED;
  ringDoorbell(vm, slot);
  handOver(vm);
}
