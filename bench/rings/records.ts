import { RAM_BASE } from '../../src/core/abi.js';

/** Bytes of a block request's header and of its status (VIRTIO 1.2 §5.2.6). */
export const HEADER = 16;
export const STATUS = 1;

/** What the driver knows of a request, at these offsets. `next` is the address of the one it makes after it. */
export const RequestField = {
  next: 0,
  data: 8,
  header: 16,
  status: 24,
  sector: 32,
  table: 40,
  type: 48,
  /** Of the descriptors of its data, all but the last. */
  flags: 52,
  /** What a used entry must say was written. */
  written: 56,
} as const;
const REQUEST_ROOM = 64;

const REQUESTS = RAM_BASE + 0xa_0000n;

/** Address of a request's record. */
export const requestRecord = (number: number): bigint => REQUESTS + BigInt(number * REQUEST_ROOM);

/** What the driver keeps of a queue from batch to batch: indices that do not wrap, its free list, what comes next. */
export const State = { available: 0, used: 8, free: 16, request: 24 } as const;
const STATES = RAM_BASE + 0xb_0000n;
const STATE_ROOM = 64;

export const stateOf = (queue: number): bigint => STATES + BigInt(queue * STATE_ROOM);

/** Addresses of the records of requests under way, by the index of their heads. */
const HEADS = RAM_BASE + 0xc_0000n;
const HEADS_ROOM = 0x2000;

export const headsOf = (queue: number): bigint => HEADS + BigInt(queue * HEADS_ROOM);
