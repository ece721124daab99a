/** The one door: every change of a guest page passes `changePage`, whoever writes. */
import { PAGE_MASK, PAGE_SIZE, RAM_BASE } from '../layout.js';
import type { Vm } from '../vm/vm.js';

/**
 * Linear address of RAM page `page` for a change of `bytes` bytes at `offset`. The page is stamped with the
 * current epoch, and no code decoded from those bytes remains.
 */
export function changePage(vm: Vm, page: number, offset: number, bytes: number): number {
  vm.pageEpochs[page] = vm.epoch;
  vm.code.drop(page, offset, bytes);
  return vm.ramStart + page * PAGE_SIZE;
}

/** Linear address of a byte of guest RAM, good to its page's end; -1 outside RAM. */
export function guestRead(vm: Vm, gpa: number): number {
  const offset = gpa - RAM_BASE;
  return offset >= 0 && offset < vm.ramSize ? vm.ramStart + offset : -1;
}

/** The same for writing, from the byte to its page's end. */
export function guestWrite(vm: Vm, gpa: number): number {
  const address = guestRead(vm, gpa);
  if (address < 0) return -1;
  const offset = gpa & PAGE_MASK;
  changePage(vm, Math.floor((gpa - RAM_BASE) / PAGE_SIZE), offset, PAGE_SIZE - offset);
  return address;
}
