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

/** mip as a guest reads it. */
export function pendingBits(hart: usize): u64 {
  return at(hart).mip | at(hart).lines;
}

/** Interrupts pending and enabled in mie, whatever the global enables say: what ends WFI. */
export function wakingBits(hart: usize): u64 {
  return pendingBits(hart) & at(hart).mie;
}

/** Those that would be taken now, for M-mode first, then for S-mode. */
function takeable(hart: usize): u64 {
  const waking = wakingBits(hart);
  if (!waking) return 0;
  const privilege = at(hart).privilege;
  const status = at(hart).mstatus;
  const machine = waking & ~at(hart).mideleg;
  if (machine && (privilege < MACHINE || (status & MIE) !== 0)) return machine;
  const supervisor = waking & at(hart).mideleg;
  if (privilege < SUPERVISOR || (privilege === SUPERVISOR && (status & SIE) !== 0)) {
    return supervisor;
  }
  return 0;
}

/** Code of the interrupt to take now, or −1; the order is MEI, MSI, MTI, SEI, SSI, STI. */
export function nextInterrupt(hart: usize): i32 {
  const bits = takeable(hart);
  if (!bits) return -1;
  if (bits & MEIP) return 11;
  if (bits & MSIP) return 3;
  if (bits & MTIP) return 7;
  if (bits & SEIP) return 9;
  return bits & SSIP ? 1 : 5;
}

/** After a change of enables or pending bits: stop only if something is to be taken. */
export function recheckInterrupts(hart: usize): void {
  if (takeable(hart)) requestStop(hart);
}
