/** A device's status: the driver brings it up step by step, and back at once (VIRTIO 1.2 §2.1). */
import type { Vm } from '../vm/vm.js';
import { acknowledge, breakDevice, handOver, ringDoorbell } from './interrupt.js';
import { checkRings } from './ring.js';
import {
  CAUSE_RING,
  DRIVER_OK,
  EVENT_ACTIVATED,
  EVENT_RESET,
  FEATURES_OK,
  HIGH_VERSION_1,
  NEEDS_RESET,
  type Queue,
  type Slot,
} from './slot.js';

/** The driver sets bits, and takes all of them back at once by writing 0 (§2.1.1). */
export function storeStatus(vm: Vm, slot: Slot, value: number): void {
  if (value === 0) {
    resetSlot(vm, slot);
    handOver(vm);
    return;
  }
  const added = value & ~slot.status & ~NEEDS_RESET;
  if (added & FEATURES_OK && hasGoodFeatures(slot)) slot.status |= FEATURES_OK;
  slot.status |= added & ~(FEATURES_OK | DRIVER_OK);
  if (!(added & DRIVER_OK) || !(slot.status & FEATURES_OK)) return;
  slot.status |= DRIVER_OK;
  slot.events |= EVENT_ACTIVATED;
  ringDoorbell(vm, slot);
  handOver(vm);
}

/** Only what was offered, and not without VERSION_1, which is not a legacy device's (§6.1). */
function hasGoodFeatures(slot: Slot): boolean {
  if ((slot.driverLow & ~slot.deviceLow) !== 0) return false;
  return (slot.driverHigh & ~slot.deviceHigh) === 0 && (slot.driverHigh & HIGH_VERSION_1) !== 0;
}

/** Puts a slot into its state at power-on (§2.1.2); all its requests are void afterwards. */
function resetSlot(vm: Vm, slot: Slot): void {
  const active = slot.status & DRIVER_OK && !(slot.events & EVENT_ACTIVATED);
  slot.events = active || slot.events & EVENT_RESET ? EVENT_RESET : 0;
  if (slot.events) ringDoorbell(vm, slot);
  slot.notified = 0;
  slot.status = 0;
  slot.driverLow = 0;
  slot.driverHigh = 0;
  slot.deviceFeaturesSelect = 0;
  slot.driverFeaturesSelect = 0;
  slot.queueSelect = 0;
  for (let index = 0; index < slot.queues; index++) {
    const queue = slot.all[index];
    dropRequests(vm, slot, queue, index);
    queue.descriptorsLow = 0;
    queue.descriptorsHigh = 0;
    queue.availableLow = 0;
    queue.availableHigh = 0;
    queue.usedLow = 0;
    queue.usedHigh = 0;
    queue.size = 0;
    queue.ready = 0;
    queue.availableNext = 0;
    queue.usedNext = 0;
  }
  acknowledge(vm, slot, -1);
}

function dropRequests(vm: Vm, slot: Slot, queue: Queue, index: number): void {
  if (queue.inFlight !== 0) vm.virtio.requests.drop(slot.index, index);
  queue.inFlight = 0;
}

/** The driver begins to use a queue that it has described, or ends one (§4.2.2, QueueReady). */
export function storeReady(vm: Vm, slot: Slot, queue: Queue, ready: number): void {
  if (ready === queue.ready) return;
  if (ready === 0) {
    dropRequests(vm, slot, queue, slot.queueSelect);
    queue.ready = 0;
    return;
  }
  if (!checkRings(vm, queue)) {
    breakDevice(vm, slot, CAUSE_RING);
    return;
  }
  queue.availableNext = 0;
  queue.usedNext = 0;
  queue.ready = 1;
}
