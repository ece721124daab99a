import { RAM_BASE } from '../../../src/core/abi.js';
import { DESCRIPTOR_SIZE, INDIRECT, NEXT, WRITE } from '../mock-queue.js';
import { EVENT_IDX, INDIRECT_DESC, Status } from '../registers.js';
import type { QueueRecord, Records } from './records.js';

/** A second, plain reading of VIRTIO 1.2 §2.7: what the core has to find in the rings. */

export interface Piece {
  /** Offset in RAM. */
  readonly at: number;
  readonly length: number;
  readonly write: boolean;
}

export type Expected =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly cause: string }
  | { readonly kind: 'chain'; readonly head: number; readonly pieces: readonly Piece[] };

const MOST_BUFFERS = 1024;
const MOST_BYTES = 16 << 20;

/** RAM by offset, as the model reads it. */
export interface Ram {
  readonly size: number;
  bytes(at: number, length: number): Uint8Array;
}

function offsetOf(ram: Ram, gpa: bigint, length: number): number | undefined {
  const at = gpa - RAM_BASE;
  return at >= 0n && at + BigInt(length) <= BigInt(ram.size) ? Number(at) : undefined;
}

export function word16(ram: Ram, gpa: bigint): number {
  const [low = 0, high = 0] = ram.bytes(Number(gpa - RAM_BASE), 2);
  return low | (high << 8);
}

/** What `virtioTake` must find in a queue. */
export function expectedOf(ram: Ram, records: Records, index: number): Expected {
  const { status, features } = records;
  const queue = records.queue(index);
  const served = (status & Status.DriverOk) !== 0 && (status & Status.NeedsReset) === 0;
  if (!served || !queue.ready) return { kind: 'none' };
  const count = (word16(ram, queue.available + 2n) - queue.availableNext) & 0xffff;
  if (count === 0) return { kind: 'none' };
  if (count > queue.size) return { kind: 'broken', cause: 'available' };
  const place = queue.availableNext % queue.size;
  const head = word16(ram, queue.available + 4n + BigInt(2 * place));
  return chainOf(ram, queue, head, (features & INDIRECT_DESC) !== 0n);
}

function chainOf(ram: Ram, queue: QueueRecord, head: number, mayBeIndirect: boolean): Expected {
  const broken = (cause: string): Expected => ({ kind: 'broken', cause });
  const pieces: Piece[] = [];
  let table = Number(queue.descriptors - RAM_BASE);
  let entries = queue.size;
  let bound = queue.size;
  let index = head;
  let bytes = 0;
  let nested = false;
  for (let buffers = 0; buffers < bound; ) {
    if (index >= entries) return broken('index');
    const raw = ram.bytes(table + index * DESCRIPTOR_SIZE, DESCRIPTOR_SIZE);
    const view = new DataView(raw.buffer, raw.byteOffset, DESCRIPTOR_SIZE);
    const gpa = view.getBigUint64(0, true);
    const length = view.getUint32(8, true);
    const flags = view.getUint16(12, true);
    if (flags & INDIRECT) {
      const at = offsetOf(ram, gpa, length);
      const wrong = nested || !mayBeIndirect || (flags & NEXT) !== 0;
      if (wrong || length === 0 || length % DESCRIPTOR_SIZE !== 0 || at === undefined) {
        return broken('indirect');
      }
      nested = true;
      table = at;
      entries = length / DESCRIPTOR_SIZE;
      bound = MOST_BUFFERS;
      index = 0;
      continue;
    }
    const at = offsetOf(ram, gpa, length);
    if (at === undefined) return broken('buffer');
    bytes += length;
    if (bytes > MOST_BYTES) return broken('size');
    const write = (flags & WRITE) !== 0;
    if (!write && pieces.some((piece) => piece.write && piece.length > 0)) return broken('order');
    pieces.push({ at, length, write });
    if (!(flags & NEXT)) return { kind: 'chain', head, pieces };
    index = view.getUint16(14, true);
    buffers++;
  }
  return broken('length');
}

/** Whether the driver wants an interrupt for the used entry that was put in before `usedNext`. */
export function wantsInterrupt(ram: Ram, records: Records, index: number): boolean {
  const queue = records.queue(index);
  if (records.features & EVENT_IDX) {
    const event = word16(ram, queue.available + 4n + BigInt(2 * queue.size));
    return event === ((queue.usedNext - 1) & 0xffff);
  }
  return (word16(ram, queue.available) & 1) === 0;
}

/** `count` bytes from `offset` on of a chain's readable or writable part, as pieces. */
export function partOf(
  pieces: readonly Piece[],
  write: boolean,
  offset: number,
  count: number,
): Piece[] {
  const part: Piece[] = [];
  let skip = offset;
  let left = count;
  for (const piece of pieces) {
    if (piece.write !== write) continue;
    const length = Math.max(0, Math.min(piece.length - skip, left));
    if (length > 0) part.push({ at: piece.at + skip, length, write });
    skip = Math.max(0, skip - piece.length);
    left -= length;
  }
  return part;
}

export const sizeOf = (pieces: readonly Piece[], write: boolean): number =>
  pieces.reduce((sum, piece) => sum + (piece.write === write ? piece.length : 0), 0);
