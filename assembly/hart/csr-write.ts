/** What a CSR write changes: WARL masks, then the side effects (Privileged 2.3, 3.1, 12.1). */
import { Ext } from '../generated/ops';
import { selectContexts, selectSpace } from '../mmu/context';
import { updateTimers } from '../vm/clock';
import {
  CSR_FCSR,
  CSR_FFLAGS,
  CSR_FRM,
  CSR_SATP,
  CSR_SCAUSE,
  CSR_SCOUNTEREN,
  CSR_SENVCFG,
  CSR_SEPC,
  CSR_SIE,
  CSR_SIP,
  CSR_SSCRATCH,
  CSR_SSTATUS,
  CSR_STIMECMP,
  CSR_STVAL,
  CSR_STVEC,
} from './csr';
import { injectSoftware, writeHypervisor } from './csr-hypervisor-write';
import {
  CSR_MCAUSE,
  CSR_MCOUNTEREN,
  CSR_MCYCLE,
  CSR_MEDELEG,
  CSR_MENVCFG,
  CSR_MEPC,
  CSR_MIDELEG,
  CSR_MIE,
  CSR_MINSTRET,
  CSR_MIP,
  CSR_MSCRATCH,
  CSR_MSTATUS,
  CSR_MTVAL,
  CSR_MTVEC,
} from './csr-machine';
import { writePmp } from './csr-pmp';
import { cycleValue, instretValue } from './csr-value';
import { markFloatDirty, refreshFloat } from './float-status';
import { at } from './hart';
import { recheckInterrupts, requestStop, S_INTERRUPTS, SEIP, SSIP, STIP } from './interrupts';
import {
  alwaysDelegated,
  delegable,
  hasMode,
  interruptBits,
  machineWritable,
  supervisorWritable,
} from './model';
import { ADUE, FIOM, MPP, MPRV, MPV, MSTATUS_MPP_SHIFT, MXR, PBMTE, STCE, SUM } from './status';
import { hasRootMode, legalVector } from './warl';

/** Fields that decide contexts: a change selects others. */
const CONTEXT_FIELDS: u64 = MPRV | MPP | MPV | SUM | MXR;

function writeStatus(hart: usize, value: u64, writable: u64): void {
  const old = at(hart).mstatus;
  let next = (old & ~writable) | (value & writable);
  // MPP is WARL: what is no mode here leaves the old value.
  if (!hasMode(hart, (next & MPP) >> MSTATUS_MPP_SHIFT)) next = (next & ~MPP) | (old & MPP);
  at(hart).mstatus = next;
  refreshFloat(hart);
  if ((old ^ next) & CONTEXT_FIELDS) selectContexts(hart);
  recheckInterrupts(hart);
}

/** Modes that the CPU model lacks leave satp as it was (12.1.11). */
function writeSatp(hart: usize, value: u64): void {
  if (!hasRootMode(hart, value >> 60)) return;
  at(hart).satp = value;
  selectSpace(hart);
}

function writeMenvcfg(hart: usize, value: u64): void {
  const extensions = at(hart).extensions;
  let writable = FIOM;
  if (extensions & Ext.SSTC) writable |= STCE;
  if (extensions & Ext.SVADU) writable |= ADUE;
  if (extensions & Ext.SVPBMT) writable |= PBMTE;
  at(hart).menvcfg = (at(hart).menvcfg & ~writable) | (value & writable);
  // From now on STIP is what stimecmp says and nothing else (Sstc 2.1).
  if (at(hart).menvcfg & STCE) at(hart).mip &= ~STIP;
  timersChanged(hart);
}

function timersChanged(hart: usize): void {
  updateTimers(hart);
  requestStop(hart);
}

function writeEnabled(hart: usize, value: u64, writable: u64): void {
  at(hart).mie = (at(hart).mie & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

function writePending(hart: usize, value: u64, writable: u64): void {
  at(hart).mip = (at(hart).mip & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

function writeFcsr(hart: usize, value: u32): void {
  at(hart).fcsr = value & 0xff;
  markFloatDirty(hart);
}

/** Bits of mip that M-mode writes: STIP not while Sstc drives it. */
function pendingWritable(hart: usize): u64 {
  const bits = at(hart).menvcfg & STCE ? SSIP | SEIP : SSIP | STIP | SEIP;
  return bits & interruptBits(hart);
}

/** Writes a CSR that exists and that the hart may write. */
export function writeCsr(hart: usize, number: u32, value: u64): void {
  const state = at(hart);
  switch (number) {
    case CSR_FFLAGS:
      writeFcsr(hart, (state.fcsr & ~31) | (<u32>value & 31));
      break;
    case CSR_FRM:
      writeFcsr(hart, (state.fcsr & 31) | ((<u32>value & 7) << 5));
      break;
    case CSR_FCSR:
      writeFcsr(hart, <u32>value);
      break;
    case CSR_SSTATUS:
      writeStatus(hart, value, supervisorWritable(hart));
      break;
    case CSR_MSTATUS:
      writeStatus(hart, value, machineWritable(hart));
      break;
    case CSR_SIE:
      writeEnabled(hart, value, state.mideleg & S_INTERRUPTS);
      break;
    case CSR_MIE:
      writeEnabled(hart, value, interruptBits(hart));
      break;
    case CSR_SIP:
      writePending(hart, value, SSIP & state.mideleg);
      break;
    case CSR_MIP:
      writePending(hart, value, pendingWritable(hart));
      if (state.extensions & Ext.H) injectSoftware(hart, value);
      break;
    case CSR_MEDELEG:
      state.medeleg = value & delegable(hart);
      break;
    case CSR_MIDELEG:
      state.mideleg = (value & S_INTERRUPTS) | alwaysDelegated(hart);
      recheckInterrupts(hart);
      break;
    case CSR_STVEC:
      state.stvec = legalVector(state.stvec, value);
      break;
    case CSR_MTVEC:
      state.mtvec = legalVector(state.mtvec, value);
      break;
    case CSR_SCOUNTEREN:
      state.scounteren = <u32>value;
      break;
    case CSR_MCOUNTEREN:
      state.mcounteren = <u32>value;
      break;
    case CSR_SENVCFG:
      state.senvcfg = value & FIOM;
      break;
    case CSR_MENVCFG:
      writeMenvcfg(hart, value);
      break;
    case CSR_SSCRATCH:
      state.sscratch = value;
      break;
    case CSR_MSCRATCH:
      state.mscratch = value;
      break;
    case CSR_SEPC:
      state.sepc = value & ~1;
      break;
    case CSR_MEPC:
      state.mepc = value & ~1;
      break;
    case CSR_SCAUSE:
      state.scause = value;
      break;
    case CSR_MCAUSE:
      state.mcause = value;
      break;
    case CSR_STVAL:
      state.stval = value;
      break;
    case CSR_MTVAL:
      state.mtval = value;
      break;
    case CSR_STIMECMP:
      state.stimecmp = value;
      timersChanged(hart);
      break;
    case CSR_SATP:
      writeSatp(hart, value);
      break;
    case CSR_MCYCLE:
      // The write takes the place of this instruction's own count (3.1.10).
      state.cycleOffset += value - cycleValue(hart) - 1;
      break;
    case CSR_MINSTRET:
      state.instretOffset += value - instretValue(hart) - 1;
      break;
    default:
      if (!writeHypervisor(hart, number, value)) writePmp(hart, number, value);
  }
}
