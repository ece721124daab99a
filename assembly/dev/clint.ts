/**
 * The CLINT (SiFive's, as on QEMU's board): software interrupts and timers of M-mode.
 *
 * `mtime` is the VM's one clock, which the host or the step count drives (vm/clock): writes of it
 * are ignored, as a guest may not move the time of its own machine.
 */
import { at } from '../hart/hart';
import { MSIP, requestStop, setLine } from '../hart/interrupts';
import { updateTimers, vmTime } from '../vm/clock';
import { hartOf, vmAt } from '../vm/vm';

/** One word a hart from offset 0: bit 0 is MSIP. */
export const CLINT_MTIMECMP: u32 = 0x4000;
const MTIME: u32 = 0xbff8;

/** The hart that owns the register at `offset`, `1 << shift` bytes each; 0 if there is none. */
function owner(vm: usize, offset: u32, shift: u32): usize {
  const index = offset >> shift;
  return index < vmAt(vm).harts ? hartOf(vm, index) : 0;
}

/** The half of a 64-bit register that a 4-byte read sees, or all of it. */
function part(register: u64, offset: u32, bytes: u32): u64 {
  if (bytes === 8) return register;
  return (offset & 4) === 0 ? register & 0xffff_ffff : register >> 32;
}

/** Reads a register; those of harts that the VM lacks are 0. */
export function clintLoad(vm: usize, offset: u32, bytes: u32): u64 {
  if (offset >= MTIME) return offset < MTIME + 8 ? part(vmTime(vm), offset, bytes) : 0;
  if (offset < CLINT_MTIMECMP) {
    const target = owner(vm, offset, 2);
    return target !== 0 && (at(target).lines & MSIP) !== 0 ? 1 : 0;
  }
  const target = owner(vm, offset - CLINT_MTIMECMP, 3);
  return target === 0 ? 0 : part(at(target).mtimecmp, offset, bytes);
}

/** Writes a register; those of harts that the VM lacks, and mtime, ignore it. */
export function clintStore(hart: usize, offset: u32, bytes: u32, value: u64): void {
  const vm = <usize>at(hart).vm;
  if (offset >= MTIME) return;
  if (offset < CLINT_MTIMECMP) {
    const target = owner(vm, offset, 2);
    if (target !== 0) setLine(target, MSIP, (value & 1) !== 0);
    return;
  }
  const target = owner(vm, offset - CLINT_MTIMECMP, 3);
  if (target === 0) return;
  const before = at(target).mtimecmp;
  if (bytes === 8) at(target).mtimecmp = value;
  else if ((offset & 4) === 0) at(target).mtimecmp = (before & ~0xffff_ffff) | <u64>(<u32>value);
  else at(target).mtimecmp = (before & 0xffff_ffff) | (value << 32);
  updateTimers(target);
  // The slice was cut at the earliest deadline, which may now be another.
  requestStop(hart);
}
