/** Copies between linear memory and ranges of RAM that were checked, page by page, through the door. */
import { changePage, guestRead } from '../frames/door';
import { dropReservationsOf } from '../hart/reservation';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { vmAt } from '../vm/vm';

/** Whether `length` bytes at `gpa` all lie in RAM. */
export function isRamRange(vm: usize, gpa: u64, length: u64): bool {
  const size = vmAt(vm).ramSize;
  const offset = gpa - RAM_BASE;
  return offset <= size && length <= size - offset;
}

export function copyFromGuest(vm: usize, gpa: u64, to: usize, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    const piece = min<u32>(length - done, PAGE_SIZE - (<u32>(gpa + done) & PAGE_MASK));
    memory.copy(to + done, guestRead(vm, gpa + done), piece);
    done += piece;
  }
}

/** The pages must have frames; those that have none are left out. */
export function copyToGuest(vm: usize, gpa: u64, from: usize, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    const offset = <u32>(gpa + done) & PAGE_MASK;
    const piece = min<u32>(length - done, PAGE_SIZE - offset);
    const address = changeAt(vm, gpa + done, piece);
    if (address) memory.copy(address, from + done, piece);
    done += piece;
  }
}

/** Linear address for a device's change of `bytes` bytes of RAM within a page; 0 without a frame. */
export function changeAt(vm: usize, gpa: u64, bytes: u32): usize {
  const page = <u32>((gpa - RAM_BASE) >> PAGE_SHIFT);
  dropReservationsOf(vm, page);
  const offset = <u32>gpa & PAGE_MASK;
  const address = changePage(vm, page, offset, bytes);
  return address ? address + offset : 0;
}
