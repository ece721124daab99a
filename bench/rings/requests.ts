import { RAM_BASE } from '../../src/core/abi.js';
import type { GuestMemory } from '../../src/core/guest-memory.js';
import {
  encode,
  INDIRECT,
  NEXT,
  NO_INTERRUPT,
  type QueuePlace,
  WRITE,
} from '../../test/virtio/mock-queue.js';
import type { RingCase } from './case.js';
import { placesOf, QUEUE_SIZE, RECEIVE } from './driver.js';

/** Block request types, and the bytes of header and status (VIRTIO 1.2 §5.2.6). */
export const IN = 0;
export const OUT = 1;
export const HEADER = 16;
const STATUS = 1;
export const SECTOR = 512;

const HEADERS = RAM_BASE + 0x3_0000n;
const STATUSES = RAM_BASE + 0x4_0000n;
const TABLES = RAM_BASE + 0x5_0000n;
const TABLE_ROOM = 32 * 16;
const DATA = RAM_BASE + 0x20_0000n;
/** RAM that a case needs, in bytes. */
export const RINGS_MEMORY = 64 << 20;

/** A request of which there is one in memory, used again and again. */
export interface PreparedRequest {
  readonly queue: number;
  /** The driver's data, which the device reads or writes. */
  readonly data: bigint;
  readonly deviceWrites: boolean;
  /** Where a disk has the data. */
  readonly sector: number;
  /** What `used` must say was written. */
  readonly written: number;
  readonly head: number;
}

interface Buffer {
  readonly address: bigint;
  readonly length: number;
  readonly write: boolean;
}

/** Requests in a queue that differ: at least two, so that a disk's read and write at a depth of 1 too. */
const differing = ({ depth }: RingCase) => Math.max(depth, 2);

/** Descriptors of a request, the one that names an indirect table not counted. */
export const descriptorsOf = ({ device, pieces }: RingCase): number =>
  device === 'block' ? pieces + 2 : pieces;

/**
 * Puts queues, tables, headers and data into the guest's RAM.
 *
 * @param fill the data of a request, by its number
 */
export function prepareRequests(
  ring: RingCase,
  ram: GuestMemory,
  fill: (request: number) => Uint8Array,
): PreparedRequest[] {
  return placesOf(ring).flatMap((place, queue) => {
    const requests = Array.from({ length: differing(ring) }, (_, index) => {
      const number = queue * differing(ring) + index;
      const data = DATA + BigInt(number * Math.max(ring.size, 4096));
      const deviceWrites = ring.device === 'block' ? index % 2 === 0 : queue === RECEIVE;
      const sector = number * Math.ceil(ring.size / SECTOR);
      // What the device is to write is filled too: so its pages are there.
      ram.write(data, fill(number));
      const buffers = buffersOf(ring, ram, { number, data, deviceWrites, sector });
      const written = deviceWrites ? ring.size : 0;
      const head = writeChain(ring, ram, place, index, number, buffers);
      const status = ring.device === 'block' ? STATUS : 0;
      return { queue, data, deviceWrites, sector, written: written + status, head };
    });
    writeAvailable(ram, place, requests);
    return requests;
  });
}

function buffersOf(
  { device, size, pieces }: RingCase,
  ram: GuestMemory,
  request: { number: number; data: bigint; deviceWrites: boolean; sector: number },
): Buffer[] {
  const { number, data, deviceWrites } = request;
  const length = size / pieces;
  const buffers = Array.from({ length: pieces }, (_, piece) => ({
    address: data + BigInt(piece * length),
    length,
    write: deviceWrites,
  }));
  if (device === 'console') return buffers;
  const header = { address: HEADERS + BigInt(number * HEADER), length: HEADER, write: false };
  const view = new DataView(new ArrayBuffer(HEADER));
  view.setUint32(0, deviceWrites ? IN : OUT, true);
  view.setUint32(8, request.sector, true);
  ram.write(header.address, new Uint8Array(view.buffer));
  const status = { address: STATUSES + BigInt(number), length: STATUS, write: true };
  return [header, ...buffers, status];
}

/** Writes a chain, to the queue's table or to one of its own; the index of its head. */
function writeChain(
  { indirect }: RingCase,
  ram: GuestMemory,
  { descriptors }: QueuePlace,
  index: number,
  number: number,
  buffers: readonly Buffer[],
): number {
  const own = TABLES + BigInt(number * TABLE_ROOM);
  const first = indirect ? 0 : index * buffers.length;
  const table = indirect ? own : descriptors;
  for (const [n, { address, length, write }] of buffers.entries()) {
    const last = n === buffers.length - 1;
    const flags = (write ? WRITE : 0) | (last ? 0 : NEXT);
    const next = last ? 0 : first + n + 1;
    ram.write(table + BigInt((first + n) * 16), encode({ address, length, flags, next }));
  }
  if (!indirect) return first;
  const named = { address: own, length: buffers.length * 16, flags: INDIRECT, next: 0 };
  ram.write(descriptors + BigInt(index * 16), encode(named));
  return index;
}

/** The available ring, with the requests in turns, and no interrupts wanted. */
function writeAvailable(
  ram: GuestMemory,
  { available }: QueuePlace,
  requests: readonly PreparedRequest[],
): void {
  const ring = new Uint16Array(2 + QUEUE_SIZE);
  ring[0] = NO_INTERRUPT;
  for (let entry = 0; entry < QUEUE_SIZE; entry++) {
    ring[2 + entry] = requests[entry % requests.length]?.head ?? 0;
  }
  ram.write(available, new Uint8Array(ring.buffer));
}
