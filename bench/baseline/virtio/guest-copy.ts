/** Device access to ranges of RAM that were checked. RAM is one piece; changes pass the door page by page. */
import { dropReservationsOf } from '../hart/reservation.js';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout.js';
import { changePage } from '../memory/door.js';
import type { HostMemory } from '../memory/host-memory.js';
import type { Vm } from '../vm/vm.js';

/** Up to so many bytes a loop over words, or one over bytes, beats a call of the engine's own copying. */
const MOST_BY_WORDS = 64;
const MOST_BY_BYTES = 16;

/** Offset in RAM of `length` bytes (unsigned) at a GPA that all lie there; -1 if they do not. */
export function ramOffset(vm: Vm, low: number, high: number, length: number): number {
  // RAM ends below 2^33.
  if ((high & ~1) !== 0) return -1;
  const offset = high * 0x1_0000_0000 + (low >>> 0) - RAM_BASE;
  return offset >= 0 && offset + length <= vm.ramSize ? offset : -1;
}

/** Copies within the host's memory; the pieces do not overlap. */
function copy(memory: HostMemory, to: number, from: number, length: number): void {
  const { u8, i32 } = memory;
  let done = 0;
  if (length <= MOST_BY_WORDS && ((to | from) & 3) === 0) {
    const place = to >>> 2;
    const source = from >>> 2;
    const words = length >>> 2;
    for (let n = 0; n < words; n++) i32[place + n] = i32[source + n];
    done = words << 2;
  } else if (length > MOST_BY_BYTES) {
    u8.copyWithin(to, from, from + length);
    return;
  }
  for (; done < length; done++) u8[to + done] = u8[from + done];
}

export function copyFromRam(vm: Vm, offset: number, to: number, length: number): void {
  copy(vm.memory, to, vm.ramStart + offset, length);
}

export function copyToRam(vm: Vm, offset: number, from: number, length: number): void {
  for (let done = 0; done < length; ) {
    const place = offset + done;
    const piece = Math.min(length - done, PAGE_SIZE - (place & PAGE_MASK));
    changeRam(vm, place, piece);
    copy(vm.memory, vm.ramStart + place, from + done, piece);
    done += piece;
  }
}

/** A device is about to change `bytes` bytes of RAM within a page. */
export function changeRam(vm: Vm, offset: number, bytes: number): void {
  const page = offset >>> PAGE_SHIFT;
  dropReservationsOf(vm, page);
  changePage(vm, page, offset & PAGE_MASK, bytes);
}
