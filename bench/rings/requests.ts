import { RAM_BASE } from '../../src/core/abi.js';
import type { GuestMemory } from '../../src/core/guest-memory.js';
import { NEXT, NO_INTERRUPT, WRITE } from '../../test/virtio/mock-queue.js';
import type { RingCase } from './case.js';
import { placesOf, RECEIVE } from './driver.js';
import { HEADER, RequestField, requestRecord, STATUS, State, stateOf } from './records.js';

/** Block request types (VIRTIO 1.2 §5.2.6). */
export const IN = 0;
export const OUT = 1;
export const SECTOR = 512;

const HEADERS = RAM_BASE + 0x3_0000n;
const STATUSES = RAM_BASE + 0x4_0000n;
const TABLES = RAM_BASE + 0x5_0000n;
const TABLE_ROOM = 32 * 16;
const DATA = RAM_BASE + 0x20_0000n;
/** RAM that a case needs, in bytes. */
export const RINGS_MEMORY = 64 << 20;

/** A request that the driver makes again and again. */
export interface PreparedRequest {
  readonly queue: number;
  /** Address of what the driver knows of it. */
  readonly record: bigint;
  /** The driver's data, which the device reads or writes. */
  readonly data: bigint;
  readonly deviceWrites: boolean;
  /** Where a disk has the data. */
  readonly sector: number;
  /** What `used` must say was written. */
  readonly written: number;
}

/** Requests in a queue that differ: at least two, so that a disk's read and write at a depth of 1 too. */
const differing = ({ depth }: RingCase) => Math.max(depth, 2);

/** Descriptors of a request, the one that names an indirect table not counted. */
export const descriptorsOf = ({ device, pieces }: RingCase): number =>
  device === 'block' ? pieces + 2 : pieces;

/**
 * Puts the driver's records and the data of all requests into the guest's RAM.
 *
 * @param fill the data of a request, by its number
 */
export function prepareRequests(
  ring: RingCase,
  ram: GuestMemory,
  fill: (request: number) => Uint8Array,
): PreparedRequest[] {
  return placesOf(ring).flatMap(({ available }, queue) => {
    const count = differing(ring);
    const first = queue * count;
    ram.write(available, Uint8Array.of(NO_INTERRUPT, 0));
    ram.writeU64(stateOf(queue) + BigInt(State.request), requestRecord(first));
    return Array.from({ length: count }, (_, index) => {
      const number = first + index;
      const data = DATA + BigInt(number * Math.max(ring.size, 4096));
      const deviceWrites = ring.device === 'block' ? index % 2 === 0 : queue === RECEIVE;
      const sector = number * Math.ceil(ring.size / SECTOR);
      const status = ring.device === 'block' ? STATUS : 0;
      const written = (deviceWrites ? ring.size : 0) + status;
      // What the device is to write is filled too: so its pages are there.
      ram.write(data, fill(number));
      const record = requestRecord(number);
      const next = requestRecord(first + ((index + 1) % count));
      const fields = new DataView(new ArrayBuffer(64));
      fields.setBigUint64(RequestField.next, next, true);
      fields.setBigUint64(RequestField.data, data, true);
      fields.setBigUint64(RequestField.header, HEADERS + BigInt(number * HEADER), true);
      fields.setBigUint64(RequestField.status, STATUSES + BigInt(number), true);
      fields.setBigUint64(RequestField.sector, BigInt(sector), true);
      fields.setBigUint64(RequestField.table, TABLES + BigInt(number * TABLE_ROOM), true);
      fields.setUint32(RequestField.type, deviceWrites ? IN : OUT, true);
      fields.setUint32(RequestField.flags, NEXT | (deviceWrites ? WRITE : 0), true);
      fields.setUint32(RequestField.written, written, true);
      ram.write(record, new Uint8Array(fields.buffer));
      return { queue, record, data, deviceWrites, sector, written };
    });
  });
}
