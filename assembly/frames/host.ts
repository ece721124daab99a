import {
  CODE_POOL,
  FIRST_FRAME,
  FRAME_COUNT,
  FRAME_RECORD_SHIFT,
  FRAME_TABLE,
  HOST,
  PAGE_SHIFT,
  PAGE_SIZE,
} from '../layout';

/** What is true of the whole host. */
@unmanaged
export class Host {
  magic: u32;
  /** Frames that may be handed out at once, and how many are. */
  limit: u32;
  used: u32;
  /** First free frame (0: none), and the first that was never handed out. */
  free: u32;
  untouched: u32;
  /** First free run (0: none); a run keeps its length in its first frame's `owner`. */
  freeRuns: u32;
  /** The frame that stands for every page never written. */
  zeroFrame: u32;
  /** Next page of the code pool to evict. */
  nextCodePage: u32;
  /** Address of the first of the host's VMs, 0 if there is none. */
  firstVm: u32;
}

/** What is true of a frame, whoever maps it. */
@unmanaged
export class Frame {
  /** One bit for each 64 bytes that decoded code was made from. */
  codeLines: u64;
  references: u32;
  /** Address of its page in the code pool, or 0. */
  codePage: u32;
  /** What a control block's or a slab's frame is for. */
  owner: u32;
  /** The RAM page that it is, whichever VMs map it. */
  page: u32;
  /** Next in the list of free frames. */
  next: u32;
  /** Device requests under way that need the frame to stay where it is (virtio/slab). */
  pins: u32;
}

const MAGIC: u32 = 0x484d_5648;
/**
 * Linear memory grows by so many Wasm pages (64 KiB) at once: 64 MiB, of which the system takes nothing before it is touched.
 * V8 collects all garbage whenever a memory has grown: by 4 MiB at a time, that was every 45 forks, and 10 ms each.
 */
const GROWTH: i32 = 1024;
/** The last frame stays unused, so that no address computation can wrap. */
const LAST_FRAME: u32 = FRAME_COUNT - 1;

export function host(): Host {
  return changetype<Host>(HOST);
}

export function frameRecord(frame: u32): Frame {
  return changetype<Frame>(FRAME_TABLE + ((<usize>frame) << FRAME_RECORD_SHIFT));
}

export function frameAddress(frame: u32): usize {
  return (<usize>frame) << PAGE_SHIFT;
}

/** Prepares a fresh memory; `limit` counts frames of guest memory and control blocks. */
export function initializeHost(limit: u32): void {
  const state = host();
  state.limit = limit;
  state.untouched = FIRST_FRAME;
  state.nextCodePage = <u32>CODE_POOL;
  state.zeroFrame = allocateFrame();
  state.magic = MAGIC;
}

/** Makes frames below `end` addressable. */
function commit(end: u32): bool {
  const have = (<u32>memory.size()) << 4;
  if (end <= have) return true;
  const need = <i32>((end - have + 15) >> 4);
  if (memory.grow(max(need, GROWTH)) >= 0) return true;
  return memory.grow(need) >= 0;
}

/**
 * Leaves out the next `count` frames never handed out, for good; returns how many there were to leave
 * out. They count as neither used nor free. A placement aid: what is allocated next stands above them.
 */
export function skipFrames(count: u32): u32 {
  const state = host();
  const skipped = min<u32>(count, LAST_FRAME - state.untouched);
  state.untouched += skipped;
  return skipped;
}

/** A zeroed frame with one reference, or 0 when the host has none left. */
export function allocateFrame(): u32 {
  const state = host();
  if (state.used >= state.limit) return 0;
  let frame = state.free;
  if (frame) {
    state.free = frameRecord(frame).next;
    memory.fill(frameAddress(frame), 0, PAGE_SIZE);
  } else {
    frame = state.untouched;
    if (frame >= LAST_FRAME || !commit(frame + 1)) return 0;
    state.untouched = frame + 1;
  }
  state.used += 1;
  frameRecord(frame).references = 1;
  frameRecord(frame).pins = 0;
  return frame;
}

/** Gives back a frame whose last reference fell; its decoded code must be dropped before. */
export function freeFrame(frame: u32): void {
  const state = host();
  const record = frameRecord(frame);
  record.references = 0;
  record.next = state.free;
  state.free = frame;
  state.used -= 1;
}

/** The first of `count` contiguous zeroed frames for a control block, or 0. */
export function allocateRun(count: u32): u32 {
  const untouched = host().untouched;
  const run = takeRun(count);
  if (run && run < untouched) memory.fill(frameAddress(run), 0, count << PAGE_SHIFT);
  return run;
}

/** The same, whose content is whatever it held before. */
export function takeRun(count: u32): u32 {
  const state = host();
  if (state.used + count > state.limit) return 0;
  let previous: u32 = 0;
  let run = state.freeRuns;
  while (run && frameRecord(run).owner !== count) {
    previous = run;
    run = frameRecord(run).next;
  }
  if (run) {
    const next = frameRecord(run).next;
    if (previous) frameRecord(previous).next = next;
    else state.freeRuns = next;
  } else {
    run = state.untouched;
    if (run + count > LAST_FRAME || !commit(run + count)) return 0;
    state.untouched = run + count;
  }
  state.used += count;
  return run;
}

export function freeRun(run: u32, count: u32): void {
  const state = host();
  const record = frameRecord(run);
  record.owner = count;
  record.next = state.freeRuns;
  state.freeRuns = run;
  state.used -= count;
}
