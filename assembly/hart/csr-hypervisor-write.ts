/** Writes of the hypervisor's CSRs and those of its guest (Privileged 15.2). */
import { Ext } from '../generated/ops';
import { selectContexts } from '../mmu/context';
import { updateTimers } from '../vm/clock';
import { GUEST_HANDLED } from './cause';
import {
  CSR_HCOUNTEREN,
  CSR_HEDELEG,
  CSR_HENVCFG,
  CSR_HGATP,
  CSR_HIDELEG,
  CSR_HIE,
  CSR_HIP,
  CSR_HSTATUS,
  CSR_HTIMEDELTA,
  CSR_HTINST,
  CSR_HTVAL,
  CSR_HVIP,
  CSR_MTINST,
  CSR_MTVAL2,
  CSR_VSATP,
  CSR_VSCAUSE,
  CSR_VSEPC,
  CSR_VSIE,
  CSR_VSIP,
  CSR_VSSCRATCH,
  CSR_VSSTATUS,
  CSR_VSTIMECMP,
  CSR_VSTVAL,
  CSR_VSTVEC,
} from './csr-hypervisor';
import { refreshFloat } from './float-status';
import { at, MACHINE } from './hart';
import { recheckInterrupts, requestStop, VS_INTERRUPTS, VSSIP } from './interrupts';
import { supervisorWritable } from './model';
import { ADUE, FIOM, HSTATUS_WRITABLE, PBMTE, STCE } from './status';
import { hasRootMode, legalVector } from './warl';

const ROOT_MODE: u64 = 15 << 60;
/** VMIDs have 14 bits; a root of four pages has no lowest two bits of a page number (15.2.10). */
const HGATP_WRITABLE: u64 = (0x3fff << 44) | (((1 << 44) - 1) & ~3);

/** With V=0 only M-mode's loads and stores can be a guest's (MPRV). */
function guestContextsChanged(hart: usize): void {
  if (at(hart).virtualized || at(hart).privilege === MACHINE) selectContexts(hart);
}

/** Unlike satp, the other fields are taken even if the mode is none (15.2.10). */
function writeHgatp(hart: usize, value: u64): void {
  const mode = hasRootMode(hart, value >> 60) ? value : at(hart).hgatp;
  at(hart).hgatp = (mode & ROOT_MODE) | (value & HGATP_WRITABLE);
  guestContextsChanged(hart);
}

function writeVsatp(hart: usize, value: u64): void {
  if (!hasRootMode(hart, value >> 60)) return;
  at(hart).vsatp = value;
  guestContextsChanged(hart);
}

function writeGuestStatus(hart: usize, value: u64): void {
  const writable = supervisorWritable(hart);
  at(hart).vsstatus = (at(hart).vsstatus & ~writable) | (value & writable);
  refreshFloat(hart);
  guestContextsChanged(hart);
  recheckInterrupts(hart);
}

function timersChanged(hart: usize): void {
  updateTimers(hart);
  requestStop(hart);
}

/** What menvcfg does not grant is read-only zero (15.2.5). */
function writeEnvironment(hart: usize, value: u64): void {
  const writable = FIOM | (at(hart).menvcfg & (STCE | ADUE | PBMTE));
  at(hart).henvcfg = (at(hart).henvcfg & ~writable) | (value & writable);
  timersChanged(hart);
}

/** Bits of mie and of what is pending, by the hypervisor's numbers. */
function writeEnabled(hart: usize, value: u64, writable: u64): void {
  at(hart).mie = (at(hart).mie & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

function writeInjected(hart: usize, value: u64, writable: u64): void {
  at(hart).hvip = (at(hart).hvip & ~writable) | (value & writable);
  recheckInterrupts(hart);
}

/** mip writes of VSSIP are hvip's (15.2.3). */
export function injectSoftware(hart: usize, value: u64): void {
  writeInjected(hart, value, VSSIP);
}

/** Whether it was one of these registers; they exist, and the hart may write them. */
export function writeHypervisor(hart: usize, number: u32, value: u64): bool {
  const state = at(hart);
  if (!(state.extensions & Ext.H)) return false;
  switch (number) {
    case CSR_VSSTATUS:
      writeGuestStatus(hart, value);
      return true;
    case CSR_VSIE:
      writeEnabled(hart, value << 1, state.hideleg);
      return true;
    case CSR_VSTVEC:
      state.vstvec = legalVector(state.vstvec, value);
      return true;
    case CSR_VSSCRATCH:
      state.vsscratch = value;
      return true;
    case CSR_VSEPC:
      state.vsepc = value & ~1;
      return true;
    case CSR_VSCAUSE:
      state.vscause = value;
      return true;
    case CSR_VSTVAL:
      state.vstval = value;
      return true;
    case CSR_VSIP:
      writeInjected(hart, value << 1, VSSIP & state.hideleg);
      return true;
    case CSR_VSTIMECMP:
      state.vstimecmp = value;
      timersChanged(hart);
      return true;
    case CSR_VSATP:
      writeVsatp(hart, value);
      return true;
    case CSR_MTINST:
      state.mtinst = value;
      return true;
    case CSR_MTVAL2:
      state.mtval2 = value;
      return true;
    case CSR_HSTATUS:
      state.hstatus = value & HSTATUS_WRITABLE;
      return true;
    case CSR_HEDELEG:
      state.hedeleg = value & GUEST_HANDLED;
      return true;
    case CSR_HIDELEG:
      state.hideleg = value & VS_INTERRUPTS;
      recheckInterrupts(hart);
      return true;
    case CSR_HIE:
      writeEnabled(hart, value, VS_INTERRUPTS);
      return true;
    case CSR_HTIMEDELTA:
      state.htimedelta = value;
      timersChanged(hart);
      return true;
    case CSR_HCOUNTEREN:
      state.hcounteren = <u32>value;
      return true;
    case CSR_HENVCFG:
      writeEnvironment(hart, value);
      return true;
    case CSR_HTVAL:
      state.htval = value;
      return true;
    case CSR_HIP:
      injectSoftware(hart, value);
      return true;
    case CSR_HVIP:
      writeInjected(hart, value, VS_INTERRUPTS);
      return true;
    case CSR_HTINST:
      state.htinst = value;
      return true;
    case CSR_HGATP:
      writeHgatp(hart, value);
      return true;
    default:
      return false;
  }
}
