/**
 * Copies between linear memory and ranges of RAM that were checked, page by page, through the door. Places in
 * RAM are offsets from its begin, which 32 bits hold: RAM has 4 GiB at most.
 */
import { changePage, changePresent, ramRead } from '../frames/door';
import { dropReservationsOf } from '../hart/reservation';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { vmAt } from '../vm/vm';

/** Up to so many bytes a loop beats `memory.copy`, which engines call out for. */
const SHORT: u32 = 128;

/** Whether `length` bytes at `gpa` all lie in RAM. */
export function isRamRange(vm: usize, gpa: u64, length: u64): bool {
  const size = vmAt(vm).ramSize;
  const offset = gpa - RAM_BASE;
  return offset <= size && length <= size - offset;
}

/** Copies between pieces of memory that do not overlap. */
function copy(to: usize, from: usize, length: u32): void {
  if (length > SHORT) {
    memory.copy(to, from, length);
    return;
  }
  const end = from + length;
  while (from + 8 <= end) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  }
  while (from < end) {
    store<u8>(to, load<u8>(from));
    to += 1;
    from += 1;
  }
}

export function copyFromGuest(vm: usize, offset: u32, to: usize, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    const piece = min<u32>(length - done, PAGE_SIZE - ((offset + done) & PAGE_MASK));
    copy(to + done, ramRead(vm, offset + done), piece);
    done += piece;
  }
}

/** The pages must have frames; those that have none are left out. */
export function copyToGuest(vm: usize, offset: u32, from: usize, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    const piece = min<u32>(length - done, PAGE_SIZE - ((offset + done) & PAGE_MASK));
    const address = changeAt(vm, offset + done, piece);
    if (address) copy(address, from + done, piece);
    done += piece;
  }
}

/** The same within one page, whose frame is known: `address` is that of the first byte. */
export function copyFromFrame(address: usize, to: usize, length: u32): void {
  copy(to, address, length);
}

export function copyToFrame(
  vm: usize,
  offset: u32,
  address: usize,
  from: usize,
  length: u32,
): void {
  touch(vm, offset, address, length);
  copy(address, from, length);
}

/** A device is about to change `bytes` bytes within a page that has a frame; `address` is that of the first. */
export function touch(vm: usize, offset: u32, address: usize, bytes: u32): void {
  const page = offset >> PAGE_SHIFT;
  dropReservationsOf(vm, page);
  changePresent(vm, page, address, bytes);
}

/** Linear address for a device's change of `bytes` bytes of RAM within a page; 0 without a frame. */
export function changeAt(vm: usize, offset: u32, bytes: u32): usize {
  const page = offset >> PAGE_SHIFT;
  dropReservationsOf(vm, page);
  const address = changePage(vm, page, offset & PAGE_MASK, bytes);
  return address ? address + (offset & PAGE_MASK) : 0;
}
