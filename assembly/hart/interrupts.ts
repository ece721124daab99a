/**
 * Interrupts: what is pending, what is enabled, what is taken next (Privileged 3.1.9, 12.1.3).
 *
 * They are sampled when a slice begins and right after any instruction that can change what is
 * pending or enabled; such an instruction asks for it with `requestStop`.
 */
import { vmAt } from '../vm/vm';
import { at, MACHINE, SUPERVISOR } from './hart';
import { MIE, SIE } from './status';

export const SSIP: u64 = 1 << 1;
export const MSIP: u64 = 1 << 3;
export const STIP: u64 = 1 << 5;
export const MTIP: u64 = 1 << 7;
export const SEIP: u64 = 1 << 9;
export const MEIP: u64 = 1 << 11;
export const S_INTERRUPTS: u64 = SSIP | STIP | SEIP;
export const ALL_INTERRUPTS: u64 = S_INTERRUPTS | MSIP | MTIP | MEIP;
/** Those of virtual machines; always delegated to HS-mode (15.4.2). */
export const VSSIP: u64 = 1 << 2;
export const VSTIP: u64 = 1 << 6;
export const VSEIP: u64 = 1 << 10;
export const VS_INTERRUPTS: u64 = VSSIP | VSTIP | VSEIP;

/** The inner loop returns after the current instruction. */
export function requestStop(hart: usize): void {
  if (hart) at(hart).stop = 1;
}

/** A device drives bits of mip; the hart that runs looks again if anything changed. */
export function setLine(hart: usize, mask: u64, level: bool): void {
  const old = at(hart).lines;
  const lines = level ? old | mask : old & ~mask;
  if (lines === old) return;
  at(hart).lines = lines;
  requestStop(vmAt(at(hart).vm).running);
}

/** mip as a guest reads it: what software wrote, what devices drive, what is injected by hvip (15.2.3). */
export function pendingBits(hart: usize): u64 {
  return at(hart).mip | at(hart).lines | at(hart).hvip;
}

/** Interrupts pending and enabled in mie, whatever the global enables say: what ends WFI. */
export function wakingBits(hart: usize): u64 {
  return pendingBits(hart) & at(hart).mie;
}

/** Those that would be taken now, for M-mode first, then for S- or HS-mode, then for VS-mode (15.2.2). */
function takeable(hart: usize): u64 {
  const waking = wakingBits(hart);
  if (!waking) return 0;
  const privilege = at(hart).privilege;
  const status = at(hart).mstatus;
  const machine = waking & ~at(hart).mideleg;
  if (machine && (privilege < MACHINE || (status & MIE) !== 0)) return machine;
  const virtual = at(hart).virtualized !== 0;
  const delegated = waking & at(hart).mideleg;
  const supervisor = delegated & ~at(hart).hideleg;
  if (supervisor && (virtual || isOpen(privilege, status))) return supervisor;
  return virtual && isOpen(privilege, at(hart).vsstatus) ? delegated & at(hart).hideleg : 0;
}

/** Whether (V)S-mode's interrupts reach a hart of this privilege by SIE. */
function isOpen(privilege: u32, status: u64): bool {
  return privilege < SUPERVISOR || (privilege === SUPERVISOR && (status & SIE) !== 0);
}

/** Code of the interrupt to take now, or −1; the order is MEI, MSI, MTI, SEI, SSI, STI, VSEI, VSSI, VSTI. */
export function nextInterrupt(hart: usize): i32 {
  const bits = takeable(hart);
  if (!bits) return -1;
  if (bits & MEIP) return 11;
  if (bits & MSIP) return 3;
  if (bits & MTIP) return 7;
  if (bits & SEIP) return 9;
  if (bits & SSIP) return 1;
  if (bits & STIP) return 5;
  if (bits & VSEIP) return 10;
  return bits & VSSIP ? 2 : 6;
}

/** After a change of enables or pending bits: stop only if something is to be taken. */
export function recheckInterrupts(hart: usize): void {
  if (takeable(hart)) requestStop(hart);
}
