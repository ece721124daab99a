/** What a CSR write changes: WARL masks, then the side effects (Privileged 2.3, 3.1, 12.1). */
import { Ext } from '../generated/ops';
import { selectContexts } from '../mmu/context';
import { updateTimers } from '../vm/clock';
import { DELEGABLE } from './cause';
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
import { at } from './hart';
import { recheckInterrupts, requestStop, S_INTERRUPTS, SEIP, SSIP, STIP } from './interrupts';
import { hasMode, interruptBits, machineWritable, supervisorWritable } from './model';
import { ADUE, FIOM, FS, MPP, MPRV, MSTATUS_MPP_SHIFT, MXR, PBMTE, STCE, SUM } from './status';

/** NX, and with frm what must stand for native arithmetic: NX set, frm RNE. */
const FCSR_NX: u32 = 1;
const FCSR_FAST: u32 = FCSR_NX | (7 << 5);
/** Fields that decide contexts: a change selects others. */
const CONTEXT_FIELDS: u64 = MPRV | MPP | SUM | MXR;

/** Keeps `floatReady` and `floatFast` as mstatus and fcsr say. */
export function refreshFloat(hart: usize): void {
  const state = at(hart);
  const ready = (state.mstatus & FS) === FS;
  state.floatReady = ready ? 1 : 0;
  state.floatFast = ready && (state.fcsr & FCSR_FAST) === FCSR_NX ? 1 : 0;
}

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
  const mode = value >> 60;
  const extensions = at(hart).extensions;
  const known =
    mode === 0 ||
    mode === 8 ||
    (mode === 9 && (extensions & Ext.SV48) !== 0) ||
    (mode === 10 && (extensions & Ext.SV57) !== 0);
  if (!known) return;
  at(hart).satp = value;
  selectContexts(hart);
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

function writePending(hart: usize, value: u64, writable: u64): void {
  at(hart).mip = (at(hart).mip & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

function writeFcsr(hart: usize, value: u32): void {
  at(hart).fcsr = value & 0xff;
  at(hart).mstatus |= FS;
  refreshFloat(hart);
}

/** tvec: modes direct and vectored; a reserved mode leaves the register as it was. */
function legalVector(old: u64, value: u64): u64 {
  return value & 2 ? old : value;
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
      state.mie = (state.mie & ~state.mideleg) | (value & state.mideleg);
      recheckInterrupts(hart);
      break;
    case CSR_MIE:
      state.mie = value & interruptBits(hart);
      recheckInterrupts(hart);
      break;
    case CSR_SIP:
      writePending(hart, value, SSIP & state.mideleg);
      break;
    case CSR_MIP:
      writePending(hart, value, pendingWritable(hart));
      break;
    case CSR_MEDELEG:
      state.medeleg = value & DELEGABLE;
      break;
    case CSR_MIDELEG:
      state.mideleg = value & S_INTERRUPTS;
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
      writePmp(hart, number, value);
  }
}
