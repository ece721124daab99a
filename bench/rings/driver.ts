import { RAM_BASE } from '../../src/core/abi.js';
import { INDIRECT, NEXT, placeAt, type QueuePlace, WRITE } from '../../test/virtio/mock-queue.js';
import {
  INDIRECT_DESC,
  Register,
  Status,
  slotBase,
  VERSION_1,
} from '../../test/virtio/registers.js';
import type { RingCase } from './case.js';
import { HEADER, headsOf, RequestField, STATUS, State, stateOf } from './records.js';

/** Entries of each queue. */
export const QUEUE_SIZE = 1024;
const QUEUES = RAM_BASE + 0x1_0000n;
const QUEUE_ROOM = 0x8000n;
/** Queues that a case's device has: a disk one, a console one for each direction (VIRTIO 1.2 §5.2, §5.3). */
const QUEUE_COUNT = { block: 1, console: 2 } as const;
/** The console's queues. */
export const RECEIVE = 0;
export const TRANSMIT = 1;

export const placesOf = ({ device }: RingCase): QueuePlace[] =>
  Array.from({ length: QUEUE_COUNT[device] }, (_, queue) =>
    placeAt(QUEUES + BigInt(queue) * QUEUE_ROOM, QUEUE_SIZE),
  );

const low = (address: bigint) => Number(address & 0xffff_ffffn);
const high = (address: bigint) => Number(address >> 32n);

/** Registers and what the driver writes to them, in order (VIRTIO 1.2 §3.1.1). */
function initialization(places: readonly QueuePlace[]): (readonly [number, number])[] {
  const features = VERSION_1 | INDIRECT_DESC;
  const begun = Status.Acknowledge | Status.Driver;
  return [
    [Register.Status, 0],
    [Register.Status, begun],
    [Register.DriverFeaturesSelect, 0],
    [Register.DriverFeatures, low(features)],
    [Register.DriverFeaturesSelect, 1],
    [Register.DriverFeatures, high(features)],
    [Register.Status, begun | Status.FeaturesOk],
    ...places.flatMap(
      ({ size, descriptors, available, used }, queue) =>
        [
          [Register.QueueSelect, queue],
          [Register.QueueSize, size],
          [Register.DescriptorsLow, low(descriptors)],
          [Register.DescriptorsHigh, high(descriptors)],
          [Register.AvailableLow, low(available)],
          [Register.AvailableHigh, high(available)],
          [Register.UsedLow, low(used)],
          [Register.UsedHigh, high(used)],
          [Register.QueueReady, 1],
        ] as const,
    ),
    [Register.Status, begun | Status.FeaturesOk | Status.DriverOk],
  ];
}

/**
 * A driver as a guest has it: for each request it fills in a disk's header, takes descriptors from its free list
 * and makes the chain of them (VIRTIO 1.2 §2.7.13); after each notification it looks at all that came back, and
 * frees the descriptors (§2.7.14). It polls, and asks for no interrupts.
 *
 * Requests and the driver's own records are in memory (bench/rings/requests.ts). Its program ends in an endless
 * loop without notifications if something came back that was not under way, or not whole.
 */
export function driverProgram(ring: RingCase): string {
  const places = placesOf(ring);
  return `
.equ SIZE, ${QUEUE_SIZE}
.equ NEXT, ${NEXT}
.equ WRITE, ${WRITE}
.equ INDIRECT, ${INDIRECT}
  li s0, ${slotBase(0)}
${places.map((place) => freeList(place)).join('')}
${initialization(places)
  .map(
    ([register, value]) => `
  li t0, ${value}
  sw t0, ${register}(s0)`,
  )
  .join('')}
batch:
${places.map((place, queue) => batch(ring, place, queue)).join('')}
  j batch
failed:
  j failed
`;
}

/** All descriptors are free: each names the next by its `next`, which the driver never changes in a chain. */
function freeList({ descriptors }: QueuePlace): string {
  return `
  li t0, ${descriptors}
  li t1, 0
  li t2, SIZE
1:
  addi t1, t1, 1
  sh t1, 14(t0)
  addi t0, t0, 16
  bne t1, t2, 1b`;
}

/**
 * One batch of a queue: a0 its state, s1 its descriptors, s2 the available index, s3 the first free descriptor, s4
 * the next request, s5 the used index, s6 the requests under way by their heads.
 */
function batch(ring: RingCase, place: QueuePlace, queue: number): string {
  const state = stateOf(queue);
  return `
  li a0, ${state}
  li s1, ${place.descriptors}
  li s6, ${headsOf(queue)}
  ld s2, ${State.available}(a0)
  ld s3, ${State.free}(a0)
  ld s4, ${State.request}(a0)
  ld s5, ${State.used}(a0)
  li a1, ${place.available}
  li a2, ${place.used}
  li s7, ${ring.depth}
1:
${ring.indirect ? indirectChain(ring) : directChain(ring)}
  # The request is known by its head from now on.
  slli t0, a3, 3
  add t0, t0, s6
  sd s4, 0(t0)
  andi t0, s2, SIZE - 1
  slli t0, t0, 1
  add t0, t0, a1
  sh a3, 4(t0)
  addi s2, s2, 1
  ld s4, ${RequestField.next}(s4)
  addi s7, s7, -1
  bnez s7, 1b
  fence
  sh s2, 2(a1)
  fence
  li t0, ${queue}
  sw t0, ${Register.QueueNotify}(s0)
2:
  lhu t0, 2(a2)
  slli t1, s5, 48
  srli t1, t1, 48
  beq t0, t1, 3f
  fence
  andi t0, s5, SIZE - 1
  slli t0, t0, 3
  add t0, t0, a2
  lwu a3, 4(t0)
  lwu t1, 8(t0)
  li t2, SIZE
  bgeu a3, t2, failed
  slli t0, a3, 3
  add t0, t0, s6
  ld t2, 0(t0)
  beqz t2, failed
  sd zero, 0(t0)
  lwu t0, ${RequestField.written}(t2)
  bne t0, t1, failed
${ring.device === 'block' ? checkStatus : ''}
  # The chain goes to the free list, its last descriptor first named.
  mv t0, a3
4:
  slli t1, t0, 4
  add t1, t1, s1
  lhu t2, 12(t1)
  andi t2, t2, NEXT
  beqz t2, 5f
  lhu t0, 14(t1)
  j 4b
5:
  sh s3, 14(t1)
  mv s3, a3
  addi s5, s5, 1
  j 2b
3:
  bne s2, s5, 2b
  sd s2, ${State.available}(a0)
  sd s3, ${State.free}(a0)
  sd s4, ${State.request}(a0)
  sd s5, ${State.used}(a0)`;
}

/** VIRTIO_BLK_S_OK is 0; the driver put something else there. */
const checkStatus = `
  ld t0, ${RequestField.status}(t2)
  lbu t0, 0(t0)
  bnez t0, failed`;

/** A disk's header: type, 0, sector (VIRTIO 1.2 §5.2.6); leaves its address in t0. */
const fillHeader = `
  ld t0, ${RequestField.header}(s4)
  lw t1, ${RequestField.type}(s4)
  ld t2, ${RequestField.sector}(s4)
  sw t1, 0(t0)
  sw zero, 4(t0)
  sd t2, 8(t0)`;

/** Leaves the address of the status byte in t0. */
const presetStatus = `
  ld t0, ${RequestField.status}(s4)
  li t1, -1
  sb t1, 0(t0)`;

/** Runs `descriptor` for each piece of the data: t0 its address, t2 its length, t3 its flags. */
function forPieces({ size, pieces }: RingCase, descriptor: string): string {
  return `
  ld t0, ${RequestField.data}(s4)
  lw t3, ${RequestField.flags}(s4)
  li t2, ${size / pieces}
  li t4, ${pieces}
6:
${descriptor}
  add t0, t0, t2
  addi t4, t4, -1
  bnez t4, 6b`;
}

/** Fills the first free descriptor from t0, t2 and t3. */
const direct = `
  slli t1, s3, 4
  add t1, t1, s1
  sd t0, 0(t1)
  sw t2, 8(t1)
  sh t3, 12(t1)
  lhu s3, 14(t1)`;

/** A chain of the queue's own descriptors; leaves its head in a3. */
function directChain(ring: RingCase): string {
  if (ring.device === 'console') {
    return `
  mv a3, s3
${forPieces(ring, direct)}
  andi t3, t3, ~NEXT
  sh t3, 12(t1)`;
  }
  return `
  mv a3, s3
${fillHeader}
  li t2, ${HEADER}
  li t3, NEXT
${direct}
${forPieces(ring, direct)}
${presetStatus}
  li t2, ${STATUS}
  li t3, WRITE
${direct}`;
}

/** Fills the next descriptor of the table at a4 from t0, t2 and t3; a5 is the index of the one behind it. */
const indirect = `
  sd t0, 0(a4)
  sw t2, 8(a4)
  sh t3, 12(a4)
  sh a5, 14(a4)
  addi a4, a4, 16
  addi a5, a5, 1`;

/** A chain in the request's table, and one descriptor of the queue's for that; leaves its head in a3. */
function indirectChain(ring: RingCase): string {
  const isDisk = ring.device === 'block';
  return `
  ld a6, ${RequestField.table}(s4)
  mv a4, a6
  li a5, 1
${isDisk ? `${fillHeader}\n  li t2, ${HEADER}\n  li t3, NEXT\n${indirect}` : ''}
${forPieces(ring, indirect)}
${
  isDisk
    ? `${presetStatus}\n  li t2, ${STATUS}\n  li t3, WRITE\n${indirect}`
    : `
  andi t3, t3, ~NEXT
  sh t3, -4(a4)`
}
  mv t0, a6
  sub t2, a4, a6
  li t3, INDIRECT
  mv a3, s3
${direct}`;
}
