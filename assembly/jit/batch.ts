/**
 * A batch: one module with the functions of several regions, which an element segment puts into the function table
 * (WebAssembly Core 2.0, 5.5).
 */
import { codeOwner } from '../exec/code-page';
import { Op } from '../generated/ops';
import { CODE_BUFFER_SIZE } from '../layout';
import {
  BUFFER_BEGIN,
  cursor,
  overflow,
  put,
  putBytes,
  putLater,
  putSigned,
  putUnsigned,
  setCursor,
  settle,
} from './code';
import { writeFunction } from './function';
import { discover, instructions, lines } from './graph';
import { arrange } from './order';
import { cancelRegion, installRegion, makeRegion, retireAll, slotOf } from './region';
import { batchAt, Request, requestAt, setBatch, translator } from './state';
import { I32, I64 } from './wasm';

/** Room in front of the functions for the module's other sections. */
const HEAD: u32 = 1024;
/** Where the functions are written. */
export const FUNCTIONS: usize = BUFFER_BEGIN + HEAD;
/** Functions of a batch: their numbers, a byte or two each, stand in the head. */
export const BATCH_MOST: u32 = 128;

/** The names of what a module imports: "env", "memory", "table". */
const ENV: usize = memory.data<u8>([0x65, 0x6e, 0x76]);
const MEMORY: usize = memory.data<u8>([0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79]);
const TABLE: usize = memory.data<u8>([0x74, 0x61, 0x62, 0x6c, 0x65]);
/** The first of the types; the other is `regionSlow`'s (jit/system). */
const REGION_TYPE: u32 = 0;

function putImport(name: usize, size: u32): void {
  putUnsigned(3);
  putBytes(ENV, 3);
  putUnsigned(size);
  putBytes(name, size);
}

/** The sections before the code, of a module of `count` functions for the table from `table` on. */
function writeHead(count: u32, table: u32): void {
  store<u64>(BUFFER_BEGIN, 0x0000_0001_6d73_6100);
  setCursor(BUFFER_BEGIN + 8);
  put(1);
  const types = putLater();
  putUnsigned(2);
  put(0x60);
  putUnsigned(4);
  put(I32);
  put(I32);
  put(I64);
  put(I64);
  putUnsigned(1);
  put(I32);
  put(0x60);
  putUnsigned(3);
  put(I32);
  put(I32);
  put(I32);
  putUnsigned(1);
  put(I32);
  settle(types);
  put(2);
  const imports = putLater();
  putUnsigned(2);
  putImport(MEMORY, 6);
  put(2);
  put(0);
  putUnsigned(0);
  putImport(TABLE, 5);
  put(1);
  put(0x70);
  put(0);
  putUnsigned(0);
  settle(imports);
  put(3);
  const functions = putLater();
  putUnsigned(count);
  for (let index: u32 = 0; index < count; ++index) put(REGION_TYPE);
  settle(functions);
  put(9);
  const elements = putLater();
  putUnsigned(1);
  put(0);
  put(0x41);
  putSigned(table);
  put(0x0b);
  putUnsigned(count);
  for (let index: u32 = 0; index < count; ++index) putUnsigned(index);
  settle(elements);
}

/** Whether what was asked for can still be had: its page has not changed, and no region begins there. */
function isCurrent(entry: Request): bool {
  if (!entry.frame || codeOwner(entry.code) !== entry.frame) return false;
  return load<u8>(slotOf(entry.code, entry.offset)) !== Op.REGION;
}

/** Writes the region that a request asks for; its number plus one, 0 if there is none. */
function writeRegion(entry: Request, end: usize): u32 {
  const state = translator();
  if (!discover(entry.code, entry.offset)) {
    state.refused += 1;
    return 0;
  }
  arrange();
  const begin = cursor;
  writeFunction(end);
  if (overflow) {
    setCursor(begin);
    return 0;
  }
  const number = makeRegion(entry.code, entry.offset, lines, instructions);
  if (!number) {
    state.tableFull += 1;
    setCursor(begin);
    return 0;
  }
  state.emitted += 1;
  state.instructions += instructions;
  return number;
}

/** Emits a module for at most `most` requests, to begin at `table`; its bytes, 0 if there is nothing to emit. */
export function emitBatch(table: u32, most: u32): u32 {
  const state = translator();
  if (state.batched) return 0;
  const end = BUFFER_BEGIN + min<u32>(state.bufferBytes, CODE_BUFFER_SIZE);
  setCursor(FUNCTIONS);
  let taken: u32 = 0;
  let count: u32 = 0;
  while (taken < state.queued && count < min<u32>(most, BATCH_MOST)) {
    const entry = requestAt(taken);
    if (isCurrent(entry)) {
      const number = writeRegion(entry, end);
      if (number) {
        setBatch(count, number - 1);
        count += 1;
      } else if (overflow) {
        // It may fit the next batch; alone it never will.
        if (count) break;
        state.bufferFull += 1;
      }
    }
    taken += 1;
  }
  dropRequests(taken);
  state.batched = count;
  state.batchTable = table;
  const size = count ? finishModule(count, table) : 0;
  state.bytes += size;
  return size;
}

/** Takes the first `count` requests off the queue. */
function dropRequests(count: u32): void {
  const state = translator();
  state.queued -= count;
  const size = <u32>offsetof<Request>();
  memory.copy(
    changetype<usize>(requestAt(0)),
    changetype<usize>(requestAt(count)),
    state.queued * size,
  );
}

/** Puts the head before the functions that were written; the module's bytes. */
export function finishModule(count: u32, table: u32): u32 {
  const bytes = <u32>(cursor - FUNCTIONS);
  writeHead(count, table);
  put(10);
  const code = putLater();
  putUnsigned(count);
  putBytes(FUNCTIONS, bytes);
  settle(code);
  return <u32>(cursor - BUFFER_BEGIN);
}

/** The batch's functions stand in the table: its regions are entered from now on; how many. */
export function installBatch(): u32 {
  const state = translator();
  let installed: u32 = 0;
  for (let index: u32 = 0; index < state.batched; ++index) {
    const number = batchAt(index);
    if (installRegion(number, state.batchTable + index)) installed += 1;
    else state.stale += 1;
  }
  state.installed += installed;
  state.batched = 0;
  return installed;
}

/** The batch did not compile: nothing of it remains, and its entries are asked for again after 65,536 jumps. */
export function rejectBatch(): void {
  const state = translator();
  for (let index: u32 = 0; index < state.batched; ++index) {
    cancelRegion(batchAt(index));
    state.failed += 1;
  }
  state.batched = 0;
}

/** Nothing of the generation is called any more. A batch that is out will be found stale. */
export function forgetRegions(): void {
  const state = translator();
  state.retired += state.live;
  retireAll();
  state.queued = 0;
}
