/**
 * The machine's and the supervisor's CSRs. A value that no guest could have written is none: the core relies on
 * legal modes, and on interrupts that it knows.
 */
import { at, Hart } from '../hart/hart';
import { S_INTERRUPTS } from '../hart/interrupts';
import {
  alwaysDelegated,
  delegable,
  hasMode,
  interruptBits,
  machineWritable,
  resetStatus,
} from '../hart/model';
import { ADUE, FIOM, MPP, MSTATUS_MPP_SHIFT, PBMTE, STCE } from '../hart/status';
import { hasRootMode, legalVector } from '../hart/warl';
import { PMP_ENTRIES } from '../mmu/pmp';
import { check, field, fields } from './record';

/** Whether every bit of the value is one of these. */
export function within(value: u64, bits: u64): bool {
  return (value & ~bits) === 0;
}

/** Whether the base of a trap vector has a mode that there is. */
export function isVector(value: u64): bool {
  return legalVector(0, value) === value;
}

export function visitMachineCsrs(hart: usize): void {
  const state = at(hart);
  field<u64>('mstatus', hart + offsetof<Hart>('mstatus'));
  const fixed = state.mstatus & ~machineWritable(hart);
  check(
    fixed === (resetStatus(hart) & ~MPP) &&
      hasMode(hart, (state.mstatus & MPP) >> MSTATUS_MPP_SHIFT),
  );
  field<u64>('medeleg', hart + offsetof<Hart>('medeleg'));
  check(within(state.medeleg, delegable(hart)));
  field<u64>('mideleg', hart + offsetof<Hart>('mideleg'));
  check((state.mideleg & ~S_INTERRUPTS) === alwaysDelegated(hart));
  field<u64>('mie', hart + offsetof<Hart>('mie'));
  check(within(state.mie, interruptBits(hart)));
  field<u64>('mip', hart + offsetof<Hart>('mip'));
  check(within(state.mip, S_INTERRUPTS));
  field<u64>('mtvec', hart + offsetof<Hart>('mtvec'));
  check(isVector(state.mtvec));
  field<u64>('mscratch', hart + offsetof<Hart>('mscratch'));
  field<u64>('mepc', hart + offsetof<Hart>('mepc'));
  check((state.mepc & 1) === 0);
  field<u64>('mcause', hart + offsetof<Hart>('mcause'));
  field<u64>('mtval', hart + offsetof<Hart>('mtval'));
  field<u64>('menvcfg', hart + offsetof<Hart>('menvcfg'));
  check(within(state.menvcfg, FIOM | ADUE | PBMTE | STCE));
  field<u32>('mcounteren', hart + offsetof<Hart>('mcounteren'));
  field<u64>('cycleOffset', hart + offsetof<Hart>('cycleOffset'));
  field<u64>('instretOffset', hart + offsetof<Hart>('instretOffset'));
}

export function visitSupervisorCsrs(hart: usize): void {
  const state = at(hart);
  field<u64>('stvec', hart + offsetof<Hart>('stvec'));
  check(isVector(state.stvec));
  field<u64>('sscratch', hart + offsetof<Hart>('sscratch'));
  field<u64>('sepc', hart + offsetof<Hart>('sepc'));
  check((state.sepc & 1) === 0);
  field<u64>('scause', hart + offsetof<Hart>('scause'));
  field<u64>('stval', hart + offsetof<Hart>('stval'));
  field<u64>('satp', hart + offsetof<Hart>('satp'));
  check(hasRootMode(hart, state.satp >> 60));
  field<u64>('senvcfg', hart + offsetof<Hart>('senvcfg'));
  check(within(state.senvcfg, FIOM));
  field<u64>('stimecmp', hart + offsetof<Hart>('stimecmp'));
  field<u32>('scounteren', hart + offsetof<Hart>('scounteren'));
}

export function visitPmp(hart: usize): void {
  field<u64>('pmpcfg0', hart + offsetof<Hart>('pmpcfg0'));
  field<u64>('pmpcfg2', hart + offsetof<Hart>('pmpcfg2'));
  fields<u64>('pmpaddr', hart + offsetof<Hart>('pmpaddr0'), PMP_ENTRIES);
}
