/** The hypervisor's CSRs and those of its guest: values (Privileged 15.2). */
import { Ext } from '../generated/ops';
import { environment } from '../mmu/table';
import { noSuchCsr, pcMask } from './csr-value';
import { at } from './hart';
import { pendingBits, VS_INTERRUPTS } from './interrupts';
import { FIOM, FS, SD, UXL_64, VSXL_64 } from './status';

export const CSR_VSSTATUS: u32 = 0x200;
export const CSR_VSIE: u32 = 0x204;
export const CSR_VSTVEC: u32 = 0x205;
export const CSR_VSSCRATCH: u32 = 0x240;
export const CSR_VSEPC: u32 = 0x241;
export const CSR_VSCAUSE: u32 = 0x242;
export const CSR_VSTVAL: u32 = 0x243;
export const CSR_VSIP: u32 = 0x244;
export const CSR_VSTIMECMP: u32 = 0x24d;
export const CSR_VSATP: u32 = 0x280;
export const CSR_MTINST: u32 = 0x34a;
export const CSR_MTVAL2: u32 = 0x34b;
export const CSR_HSTATUS: u32 = 0x600;
export const CSR_HEDELEG: u32 = 0x602;
export const CSR_HIDELEG: u32 = 0x603;
export const CSR_HIE: u32 = 0x604;
export const CSR_HTIMEDELTA: u32 = 0x605;
export const CSR_HCOUNTEREN: u32 = 0x606;
export const CSR_HGEIE: u32 = 0x607;
export const CSR_HENVCFG: u32 = 0x60a;
export const CSR_HTVAL: u32 = 0x643;
export const CSR_HIP: u32 = 0x644;
export const CSR_HVIP: u32 = 0x645;
export const CSR_HTINST: u32 = 0x64a;
export const CSR_HGATP: u32 = 0x680;
export const CSR_HGEIP: u32 = 0xe12;

/** From a supervisor's CSR to the guest's that stands in for it with V=1. */
const GUEST_CSR: u32 = 0x100;

/** vsstatus with SD. */
function guestStatus(hart: usize): u64 {
  const status = at(hart).vsstatus | UXL_64;
  return (status & FS) === FS ? status | SD : status;
}

/** Interrupts of a guest by S-mode's numbers, those that hideleg hands on. */
function asGuest(hart: usize, bits: u64): u64 {
  return (bits & at(hart).hideleg) >> 1;
}

/** The CSR that a hart with V=1 means by a supervisor's: of those that have a replica, that (15.2.11). */
export function replicaOf(number: u32): u32 {
  switch (number + GUEST_CSR) {
    case CSR_VSSTATUS:
    case CSR_VSIE:
    case CSR_VSTVEC:
    case CSR_VSSCRATCH:
    case CSR_VSEPC:
    case CSR_VSCAUSE:
    case CSR_VSTVAL:
    case CSR_VSIP:
    case CSR_VSTIMECMP:
    case CSR_VSATP:
      return number + GUEST_CSR;
    default:
      return number;
  }
}

export function readHypervisor(hart: usize, number: u32): u64 {
  const state = at(hart);
  if (!(state.extensions & Ext.H)) return noSuchCsr();
  switch (number) {
    case CSR_VSSTATUS:
      return guestStatus(hart);
    case CSR_VSIE:
      return asGuest(hart, state.mie);
    case CSR_VSTVEC:
      return state.vstvec;
    case CSR_VSSCRATCH:
      return state.vsscratch;
    case CSR_VSEPC:
      return state.vsepc & pcMask(hart);
    case CSR_VSCAUSE:
      return state.vscause;
    case CSR_VSTVAL:
      return state.vstval;
    case CSR_VSIP:
      return asGuest(hart, pendingBits(hart));
    case CSR_VSTIMECMP:
      return state.extensions & Ext.SSTC ? state.vstimecmp : noSuchCsr();
    case CSR_VSATP:
      return state.vsatp;
    case CSR_MTINST:
      return state.mtinst;
    case CSR_MTVAL2:
      return state.mtval2;
    case CSR_HSTATUS:
      return state.hstatus | VSXL_64;
    case CSR_HEDELEG:
      return state.hedeleg;
    case CSR_HIDELEG:
      return state.hideleg;
    case CSR_HIE:
      return state.mie & VS_INTERRUPTS;
    case CSR_HTIMEDELTA:
      return state.htimedelta;
    case CSR_HCOUNTEREN:
      return state.hcounteren;
    case CSR_HENVCFG:
      return (state.henvcfg & FIOM) | environment(hart, true);
    case CSR_HTVAL:
      return state.htval;
    case CSR_HIP:
      return pendingBits(hart) & VS_INTERRUPTS;
    case CSR_HVIP:
      return state.hvip;
    case CSR_HTINST:
      return state.htinst;
    case CSR_HGATP:
      return state.hgatp;
    case CSR_HGEIE:
    case CSR_HGEIP:
      // No guest external interrupts: GEILEN is 0 (15.2.4).
      return 0;
    default:
      return noSuchCsr();
  }
}
