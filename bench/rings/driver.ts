import { RAM_BASE } from '../../src/core/abi.js';
import { placeAt, type QueuePlace } from '../../test/virtio/mock-queue.js';
import {
  INDIRECT_DESC,
  Register,
  Status,
  slotBase,
  VERSION_1,
} from '../../test/virtio/registers.js';
import type { RingCase } from './case.js';

/** Entries of each queue; all depths divide it, so that the available ring never changes. */
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
 * A driver that costs as little as one can: the rings and tables stand in memory from the beginning, and it makes
 * the same chains available over and over. After each notification it waits until all of them came back.
 */
export function driverProgram(ring: RingCase): string {
  const places = placesOf(ring);
  const queues = places.map(
    ({ available, used }, queue) => `
  li t1, ${available}
  sh s1, 2(t1)
  fence
  li t2, ${queue}
  sw t2, ${Register.QueueNotify}(s0)
  li t1, ${used}
2:
  lhu t2, 2(t1)
  bne t2, s2, 2b`,
  );
  return `
  li s0, ${slotBase(0)}
${initialization(places)
  .map(
    ([register, value]) => `
  li t0, ${value}
  sw t0, ${register}(s0)`,
  )
  .join('')}
  li s1, 0
1:
  addi s1, s1, ${ring.depth}
  slli s2, s1, 48
  srli s2, s2, 48
  fence
${queues.join('')}
  j 1b`;
}
