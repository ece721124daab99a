/**
 * What follows from the CPU model: which modes there are, and with them which bits of the CSRs mean
 * anything (Privileged 3.1.6). A field that speaks of a mode or an extension the model lacks reads 0.
 */
import { Ext } from '../generated/ops';
import { DELEGABLE, GUEST_DELEGABLE } from './cause';
import { at, MACHINE, SUPERVISOR, USER } from './hart';
import { ALL_INTERRUPTS, S_INTERRUPTS, VS_INTERRUPTS } from './interrupts';
import {
  FS,
  GVA,
  MIE,
  MPIE,
  MPP,
  MPRV,
  MPV,
  MXR,
  SIE,
  SPIE,
  SPP,
  SUM,
  SXL_64,
  TSR,
  TVM,
  TW,
  UXL_64,
} from './status';

const MXL_64: u64 = 2 << 62;
/** misa.Extensions (3.1.1). */
const MISA_LETTERS: u64 = (1 << 26) - 1;

export function misaValue(hart: usize): u64 {
  return MXL_64 | (at(hart).extensions & MISA_LETTERS);
}

/** Whether the model has a mode; an MPP of another cannot be written. */
export function hasMode(hart: usize, mode: u64): bool {
  const extensions = at(hart).extensions;
  if (mode === MACHINE) return true;
  if (mode === SUPERVISOR) return (extensions & Ext.S) !== 0;
  return mode === USER && (extensions & Ext.U) !== 0;
}

/** What xRET leaves in MPP, and reset begins with: the least privileged mode there is (3.1.6.1). */
export function leastMode(hart: usize): u64 {
  return at(hart).extensions & Ext.U ? USER : MACHINE;
}

/** Bits of sstatus that the model lets S-mode write. */
export function supervisorWritable(hart: usize): u64 {
  const bits = SIE | SPIE | SPP | SUM | MXR;
  return at(hart).extensions & Ext.F ? bits | FS : bits;
}

/** Bits of mstatus that the model lets M-mode write. */
export function machineWritable(hart: usize): u64 {
  const extensions = at(hart).extensions;
  let bits = MIE | MPIE | MPP;
  if (extensions & Ext.U) bits |= MPRV | TW;
  if (extensions & Ext.S) bits |= supervisorWritable(hart) | TVM | TSR;
  if (extensions & Ext.F) bits |= FS;
  if (extensions & Ext.H) bits |= MPV | GVA;
  return bits;
}

/** mstatus at reset (3.4). */
export function resetStatus(hart: usize): u64 {
  const extensions = at(hart).extensions;
  let status = leastMode(hart) << 11;
  if (extensions & Ext.U) status |= UXL_64;
  if (extensions & Ext.S) status |= SXL_64;
  return status;
}

/** Bits that mie and mip have. */
export function interruptBits(hart: usize): u64 {
  const extensions = at(hart).extensions;
  if (extensions & Ext.H) return ALL_INTERRUPTS | VS_INTERRUPTS;
  return extensions & Ext.S ? ALL_INTERRUPTS : ALL_INTERRUPTS & ~S_INTERRUPTS;
}

/** Exceptions that medeleg can hand to S-mode. */
export function delegable(hart: usize): u64 {
  return at(hart).extensions & Ext.H ? DELEGABLE | GUEST_DELEGABLE : DELEGABLE;
}

/** Bits of mideleg that are read-only one (15.4.2). */
export function alwaysDelegated(hart: usize): u64 {
  return at(hart).extensions & Ext.H ? VS_INTERRUPTS : 0;
}
