/**
 * The section of a virtio slot: the transport's registers, its configuration space, its queues. A request under
 * way has no place in it, as its back end is no part of the machine.
 */
import { checkRings } from '../virtio/ring';
import {
  CAUSE_BACK_END,
  CONFIG_CHANGE,
  configAddress,
  EVENT_ACTIVATED,
  EVENT_CONFIGURED,
  EVENT_RESET,
  FEATURES_OK,
  Queue,
  queueAt,
  Slot,
  slotAt,
  USED_BUFFER,
} from '../virtio/slot';
import { VIRTIO_QUEUE_RECORD } from '../vm/vm';
import { check, field, fields, record, same, sameElement } from './record';

const STATUS_BITS: u32 = 0xff;
const EVENTS: u32 = EVENT_ACTIVATED | EVENT_RESET | EVENT_CONFIGURED;
/** From queue to queue. */
const STRIDE: usize = VIRTIO_QUEUE_RECORD;
const WIDEST_WRITE: u32 = 8;
/** Where a ring is counted to before it begins anew. */
const RING_INDICES: u32 = 0xffff;

export function visitSlot(vm: usize, index: u32): void {
  const slot = slotAt(vm, index);
  const place = changetype<usize>(slot);
  same('type', slot.type);
  same('queues', slot.queues);
  same('configSize', slot.configSize);
  visitFeatures(slot);
  field<u32>('interruptStatus', place + offsetof<Slot>('interruptStatus'));
  check((slot.interruptStatus & ~(USED_BUFFER | CONFIG_CHANGE)) === 0);
  field<u32>('deviceFeaturesSelect', place + offsetof<Slot>('deviceFeaturesSelect'));
  field<u32>('driverFeaturesSelect', place + offsetof<Slot>('driverFeaturesSelect'));
  field<u32>('queueSelect', place + offsetof<Slot>('queueSelect'));
  field<u32>('configGeneration', place + offsetof<Slot>('configGeneration'));
  field<u32>('events', place + offsetof<Slot>('events'));
  check((slot.events & ~EVENTS) === 0);
  field<u32>('notified', place + offsetof<Slot>('notified'));
  check(slot.notified >> slot.queues === 0);
  field<u32>('writtenOffset', place + offsetof<Slot>('writtenOffset'));
  check(slot.writtenOffset <= slot.configSize);
  field<u32>('writtenLength', place + offsetof<Slot>('writtenLength'));
  check(slot.writtenLength <= min<u32>(slot.configSize - slot.writtenOffset, WIDEST_WRITE));
  field<u32>('writtenValue', place + offsetof<Slot>('writtenValue'));
  field<u32>('cause', place + offsetof<Slot>('cause'));
  check(slot.cause <= CAUSE_BACK_END);
  field<u32>('failures', place + offsetof<Slot>('failures'));
  fields<u8>('config', configAddress(slot), slot.configSize);
  visitQueues(vm, slot);
}

/** What the device offered once it must still be able to do; what it learned since its driver does not know. */
function visitFeatures(slot: Slot): void {
  const place = changetype<usize>(slot);
  const able = slot.deviceFeatures;
  field<u64>('deviceFeatures', place + offsetof<Slot>('deviceFeatures'));
  check((slot.deviceFeatures & ~able) === 0);
  field<u64>('driverFeatures', place + offsetof<Slot>('driverFeatures'));
  field<u32>('status', place + offsetof<Slot>('status'));
  check((slot.status & ~STATUS_BITS) === 0);
  const agreed = (slot.driverFeatures & ~slot.deviceFeatures) === 0;
  check(agreed || !(slot.status & FEATURES_OK));
}

function visitQueues(vm: usize, slot: Slot): void {
  const count = slot.queues;
  const first = changetype<usize>(queueAt(slot, 0));
  fields<u64>('queue.descriptors', first + offsetof<Queue>('descriptors'), count, STRIDE);
  fields<u64>('queue.available', first + offsetof<Queue>('available'), count, STRIDE);
  fields<u64>('queue.used', first + offsetof<Queue>('used'), count, STRIDE);
  fields<u32>('queue.size', first + offsetof<Queue>('size'), count, STRIDE);
  visitMost(slot);
  fields<u32>('queue.ready', first + offsetof<Queue>('ready'), count, STRIDE);
  for (let index: u32 = 0; index < count; ++index) {
    const queue = queueAt(slot, index);
    check(queue.ready <= 1 && (!queue.ready || checkRings(vm, queue)));
  }
  fields<u32>('queue.availableNext', first + offsetof<Queue>('availableNext'), count, STRIDE);
  for (let index: u32 = 0; index < count; ++index) {
    check(queueAt(slot, index).availableNext <= RING_INDICES);
  }
  fields<u32>('queue.usedNext', first + offsetof<Queue>('usedNext'), count, STRIDE);
  for (let index: u32 = 0; index < count; ++index) {
    check(queueAt(slot, index).usedNext <= RING_INDICES);
  }
}

/** The sizes that the device was attached with. */
function visitMost(slot: Slot): void {
  const sizes = record('queue.most', 4, slot.queues);
  if (!sizes) return;
  for (let index: u32 = 0; index < slot.queues; ++index) {
    sameElement(sizes + ((<usize>index) << 2), queueAt(slot, index).most);
  }
}
