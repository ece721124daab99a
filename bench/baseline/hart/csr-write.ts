/** What a CSR write changes: WARL masks, then the side effects (Privileged 2.3, 3.1, 12.1). */
import { selectContexts } from '../mmu/context.js';
import { updateTimers } from '../vm/clock.js';
import { DELEGABLE } from './cause.js';
import { Csr } from './csr-number.js';
import { writePmp } from './csr-pmp.js';
import {
  CYCLE_OFFSET,
  INSTRET_OFFSET,
  MEDELEG,
  MENVCFG,
  MEPC,
  MSTATUS,
  MTVEC,
  SATP,
  SENVCFG,
  SEPC,
  STIMECMP,
  STVEC,
} from './csr-slot.js';
import { FREE_SLOT } from './csr-stored.js';
import { setCounted, stepsOf } from './csr-value.js';
import type { Hart } from './hart.js';
import { recheckInterrupts, requestStop, S_INTERRUPTS, SEIP, SSIP, STIP } from './interrupts.js';
import { FIOM, FS, MPP, MPRV, MSTATUS_MPP_SHIFT, MXR, STCE_HIGH, SUM } from './status.js';

/** NX, and with frm what must stand for native arithmetic: NX set, frm RNE. */
const FCSR_NX = 1;
const FCSR_FAST = FCSR_NX | (7 << 5);
/** Fields that decide contexts: a change selects others. */
const CONTEXT_FIELDS = MPRV | MPP | SUM | MXR;

/** Keeps `floatReady` and `floatFast` as mstatus and fcsr say. */
export function refreshFloat(hart: Hart): void {
  const ready = (hart.csr[MSTATUS] & FS) === FS;
  hart.floatReady = ready ? 1 : 0;
  hart.floatFast = ready && (hart.fcsr & FCSR_FAST) === FCSR_NX ? 1 : 0;
}

function writeStatus(hart: Hart, value: number, writable: number): void {
  const old = hart.csr[MSTATUS];
  let next = (old & ~writable) | (value & writable);
  // MPP is WARL: what is no mode here leaves the old value.
  if (((old ^ next) & MPP) !== 0 && !hart.model.hasMode((next & MPP) >>> MSTATUS_MPP_SHIFT)) {
    next = (next & ~MPP) | (old & MPP);
  }
  hart.csr[MSTATUS] = next;
  if (((old ^ next) & FS) !== 0) refreshFloat(hart);
  if (((old ^ next) & CONTEXT_FIELDS) !== 0) selectContexts(hart);
  recheckInterrupts(hart);
}

/** Modes that the CPU model lacks leave satp as it was (12.1.11). */
function writeSatp(hart: Hart, low: number, high: number): void {
  const mode = high >>> 28;
  const { sv48, sv57 } = hart.model;
  if (mode !== 0 && mode !== 8 && !(mode === 9 && sv48) && !(mode === 10 && sv57)) return;
  store(hart, SATP, low, high);
  selectContexts(hart);
}

function writeMenvcfg(hart: Hart, low: number, high: number): void {
  store(hart, MENVCFG, low & FIOM, high & hart.model.menvcfgHigh);
  // From now on STIP is what stimecmp says and nothing else (Sstc 2.1).
  if ((hart.csr[MENVCFG + 1] & STCE_HIGH) !== 0) hart.mip &= ~STIP;
  timersChanged(hart);
}

function timersChanged(hart: Hart): void {
  updateTimers(hart);
  requestStop(hart);
}

function writePending(hart: Hart, value: number, writable: number): void {
  hart.mip = (hart.mip & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

/** Bits of mip that M-mode writes: STIP not while Sstc drives it. */
function pendingWritable(hart: Hart): number {
  const driven = (hart.csr[MENVCFG + 1] & STCE_HIGH) !== 0;
  return (driven ? SSIP | SEIP : SSIP | STIP | SEIP) & hart.model.interruptBits;
}

function writeFcsr(hart: Hart, value: number): void {
  hart.fcsr = value & 0xff;
  hart.csr[MSTATUS] |= FS;
  refreshFloat(hart);
}

/** tvec: modes direct and vectored; a reserved mode leaves the register as it was. */
function writeVector(hart: Hart, slot: number, low: number, high: number): void {
  if ((low & 2) === 0) store(hart, slot, low, high);
}

function store(hart: Hart, slot: number, low: number, high: number): void {
  hart.csr[slot] = low;
  hart.csr[slot + 1] = high;
}

/** Writes a CSR that exists and that the hart may write. */
export function writeCsr(hart: Hart, number: number, low: number, high: number): void {
  const slot = FREE_SLOT[number];
  if (slot >= 0) {
    store(hart, slot, low, high);
    return;
  }
  switch (number) {
    case Csr.SSTATUS:
      writeStatus(hart, low, hart.model.supervisorWritable);
      break;
    case Csr.SEPC:
      store(hart, SEPC, low & hart.model.pcMask, high);
      break;
    case Csr.SATP:
      writeSatp(hart, low, high);
      break;
    case Csr.STIMECMP:
      store(hart, STIMECMP, low, high);
      timersChanged(hart);
      break;
    case Csr.SIE:
      hart.mie = (hart.mie & ~hart.mideleg) | (low & hart.mideleg);
      recheckInterrupts(hart);
      break;
    case Csr.SIP:
      writePending(hart, low, SSIP & hart.mideleg);
      break;
    case Csr.MSTATUS:
      writeStatus(hart, low, hart.model.machineWritable);
      break;
    case Csr.MEPC:
      store(hart, MEPC, low & hart.model.pcMask, high);
      break;
    case Csr.MIE:
      hart.mie = low & hart.model.interruptBits;
      recheckInterrupts(hart);
      break;
    case Csr.MIP:
      writePending(hart, low, pendingWritable(hart));
      break;
    case Csr.FFLAGS:
      writeFcsr(hart, (hart.fcsr & ~31) | (low & 31));
      break;
    case Csr.FRM:
      writeFcsr(hart, (hart.fcsr & 31) | ((low & 7) << 5));
      break;
    case Csr.FCSR:
      writeFcsr(hart, low);
      break;
    case Csr.STVEC:
      writeVector(hart, STVEC, low, high);
      break;
    case Csr.MTVEC:
      writeVector(hart, MTVEC, low, high);
      break;
    case Csr.MEDELEG:
      store(hart, MEDELEG, low & DELEGABLE, 0);
      break;
    case Csr.MIDELEG:
      hart.mideleg = low & S_INTERRUPTS;
      recheckInterrupts(hart);
      break;
    case Csr.SCOUNTEREN:
      hart.scounteren = low;
      break;
    case Csr.MCOUNTEREN:
      hart.mcounteren = low;
      break;
    case Csr.SENVCFG:
      store(hart, SENVCFG, low & FIOM, 0);
      break;
    case Csr.MENVCFG:
      writeMenvcfg(hart, low, high);
      break;
    // A write of a counter takes the place of this instruction's own count (3.1.10).
    case Csr.MCYCLE:
      setCounted(hart, stepsOf(hart), CYCLE_OFFSET, low, high);
      break;
    case Csr.MINSTRET:
      setCounted(hart, stepsOf(hart) - hart.unretired, INSTRET_OFFSET, low, high);
      break;
    default:
      writePmp(hart, number, low, high);
  }
}
