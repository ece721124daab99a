/** Writing Wasm into the code buffer (WebAssembly Core 2.0, 5). */
import { CODE_BUFFER } from '../layout';

/** Where the next byte goes. */
export let cursor: usize = 0;

export function setCursor(at: usize): void {
  cursor = at;
}

export function put(byte: u32): void {
  store<u8>(cursor, <u8>byte);
  cursor += 1;
}

/** LEB128 of an unsigned number (5.2.2). */
export function putUnsigned(value: u32): void {
  let rest = value;
  while (rest > 127) {
    put((rest & 127) | 128);
    rest >>= 7;
  }
  put(rest);
}

/** LEB128 of a signed number. */
export function putSigned(value: i64): void {
  let rest = value;
  while (rest < -64 || rest > 63) {
    put((<u32>rest & 127) | 128);
    rest >>= 7;
  }
  put(<u32>rest & 127);
}

/** Room for a size that is known later, always five bytes. */
export function putLater(): usize {
  const place = cursor;
  cursor += 5;
  return place;
}

/** Puts into that room how many bytes came behind it. */
export function settle(place: usize): void {
  const end = cursor;
  let size = <u32>(end - place - 5);
  cursor = place;
  for (let index = 0; index < 4; ++index) {
    put((size & 127) | 128);
    size >>= 7;
  }
  put(size);
  cursor = end;
}

/** The bytes at `from`, `count` of them. */
export function putBytes(from: usize, count: u32): void {
  memory.copy(cursor, from, count);
  cursor += count;
}

export const BUFFER_BEGIN: usize = CODE_BUFFER;

/** Set when a function does not fit: what was written is of no use. */
export let overflow: bool = false;
let limit: usize = 0;
/**
 * What is written between two looks at the room that is left takes less, and so do the ends of all blocks with the
 * exits. The records of regions stand behind the buffer.
 */
const MARGIN: usize = 4096;

/** A function begins that must end before `end`. */
export function beginRoom(end: usize): void {
  limit = end;
  overflow = false;
}

/** Whether there may not be room for more. */
export function isFull(): bool {
  if (cursor + MARGIN > limit) overflow = true;
  return overflow;
}
