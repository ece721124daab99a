/** The translator's state: what the host layer set, the queue of requests, the batch that is out, its counters. */
import { TRANSLATOR } from '../layout';

@unmanaged
export class Translator {
  /** Jumps to a target before it is asked for; 0: nothing is translated. */
  threshold: u32;
  /** Steps within which that many jumps must fall; 0: they may take as long as they like. */
  window: u32;
  /** 1: code that was never executed is followed, too. */
  eager: u32;
  /** 1: regions may call each other as their last act. */
  tailCalls: u32;
  /** Most guest instructions of a region. */
  regionInstructions: u32;
  /** Bytes of the code buffer that may be used. */
  bufferBytes: u32;
  /** So many requests end a run. */
  queueLength: u32;
  queued: u32;
  /** Regions of the batch that the host layer has. */
  batched: u32;
  /** Where in the function table it is to stand. */
  batchTable: u32;
  /** The first free record plus one, and the first that was never used. */
  freeRegion: u32;
  untouchedRegion: u32;

  /** Steps of all harts of the host. */
  steps: u64;

  requested: u64;
  emitted: u64;
  installed: u64;
  stale: u64;
  failed: u64;
  evicted: u64;
  retired: u64;
  refused: u64;
  instructions: u64;
  bytes: u64;
  live: u64;
  liveInstructions: u64;
  tableFull: u64;
  bufferFull: u64;
}

/** A target that is hot: where in which code page, and whose it was then. */
@unmanaged
export class Request {
  code: u32;
  /** Bytes from the page's begin. */
  offset: u32;
  /** Frame that the code page was made from. */
  frame: u32;
}

export const QUEUE_MOST: u32 = 256;
const QUEUE_OFFSET: usize = 0x1000;
const BATCH_OFFSET: usize = 0x3000;
export const COUNTERS: u32 = 14;

export function translator(): Translator {
  return changetype<Translator>(TRANSLATOR);
}

export function requestAt(index: u32): Request {
  return changetype<Request>(TRANSLATOR + QUEUE_OFFSET + <usize>index * offsetof<Request>());
}

/** Number of the region that is the `index`-th of the batch. */
export function batchAt(index: u32): u32 {
  return load<u32>(TRANSLATOR + ((<usize>index) << 2), BATCH_OFFSET);
}

export function setBatch(index: u32, region: u32): void {
  store<u32>(TRANSLATOR + ((<usize>index) << 2), region, BATCH_OFFSET);
}
