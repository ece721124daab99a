/**
 * The CLINT (SiFive's, as on QEMU's board): software interrupts and timers of M-mode.
 *
 * `mtime` is the VM's one clock, which the host or the step count drives (vm/clock): writes of it
 * are ignored, as a guest may not move the time of its own machine.
 */
import { MTIMECMP } from '../hart/csr-slot.js';
import type { Hart } from '../hart/hart.js';
import { MSIP, requestStop, setLine } from '../hart/interrupts.js';
import { highOf, lowOf, pair } from '../pair.js';
import { updateTimers, vmTime } from '../vm/clock.js';
import type { Vm } from '../vm/vm.js';

/** One word a hart from offset 0: bit 0 is MSIP. */
export const CLINT_MTIMECMP = 0x4000;
const MTIME = 0xbff8;

/** The hart that owns the register at `offset`, `1 << shift` bytes each. */
function owner(vm: Vm, offset: number, shift: number): Hart | undefined {
  const index = offset >> shift;
  return index < vm.harts.length ? vm.harts[index] : undefined;
}

/** The half of a 64-bit register that a 4-byte read sees, or all of it. */
function part(low: number, high: number, offset: number, bytes: number): number {
  if (bytes === 8) return pair(low, high);
  return pair((offset & 4) === 0 ? low : high, 0);
}

/** Reads a register; those of harts that the VM lacks are 0. */
export function clintLoad(vm: Vm, offset: number, bytes: number): number {
  if (offset >= MTIME) {
    if (offset >= MTIME + 8) return pair(0, 0);
    const time = vmTime(vm);
    return part(lowOf(time), highOf(time), offset, bytes);
  }
  if (offset < CLINT_MTIMECMP) {
    const target = owner(vm, offset, 2);
    return pair(target !== undefined && (target.lines & MSIP) !== 0 ? 1 : 0, 0);
  }
  const target = owner(vm, offset - CLINT_MTIMECMP, 3);
  if (target === undefined) return pair(0, 0);
  return part(target.csr[MTIMECMP], target.csr[MTIMECMP + 1], offset, bytes);
}

/** Writes a register; those of harts that the VM lacks, and mtime, ignore it. */
export function clintStore(
  hart: Hart,
  offset: number,
  bytes: number,
  low: number,
  high: number,
): void {
  const { vm } = hart;
  if (offset >= MTIME) return;
  if (offset < CLINT_MTIMECMP) {
    const target = owner(vm, offset, 2);
    if (target !== undefined) setLine(target, MSIP, (low & 1) !== 0);
    return;
  }
  const target = owner(vm, offset - CLINT_MTIMECMP, 3);
  if (target === undefined) return;
  if (bytes === 8) {
    target.csr[MTIMECMP] = low;
    target.csr[MTIMECMP + 1] = high;
  } else {
    target.csr[(offset & 4) === 0 ? MTIMECMP : MTIMECMP + 1] = low;
  }
  updateTimers(target);
  // The slice was cut at the earliest deadline, which may now be another.
  requestStop(hart);
}
