/**
 * Interrupts: what is pending, what is enabled, what is taken next (Privileged 3.1.9, 12.1.3).
 *
 * They are sampled when a slice begins and right after any instruction that can change what is
 * pending or enabled; such an instruction asks for it with `requestStop`.
 */
import { MSTATUS } from './csr-slot.js';
import { type Hart, MACHINE, SUPERVISOR } from './hart.js';
import { MIE, SIE } from './status.js';

/** Bits of mip and mie. */
export const SSIP = 1 << 1;
export const MSIP = 1 << 3;
export const STIP = 1 << 5;
export const MTIP = 1 << 7;
export const SEIP = 1 << 9;
export const MEIP = 1 << 11;
export const S_INTERRUPTS = SSIP | STIP | SEIP;
export const ALL_INTERRUPTS = S_INTERRUPTS | MSIP | MTIP | MEIP;

/** The inner loop returns after the current instruction. */
export function requestStop(hart: Hart): void {
  hart.stop = 1;
}

/** A device drives bits of mip; the hart that runs looks again if anything changed. */
export function setLine(hart: Hart, mask: number, on: boolean): void {
  const lines = on ? hart.lines | mask : hart.lines & ~mask;
  if (lines === hart.lines) return;
  hart.lines = lines;
  const running = hart.vm.running;
  if (running !== undefined) running.stop = 1;
}

/** mip as a guest reads it. */
export function pendingBits(hart: Hart): number {
  return hart.mip | hart.lines;
}

/** Interrupts pending and enabled in mie, whatever the global enables say: what ends WFI. */
export function wakingBits(hart: Hart): number {
  return (hart.mip | hart.lines) & hart.mie;
}

/** Those that would be taken now, for M-mode first, then for S-mode. */
function takeable(hart: Hart): number {
  const waking = (hart.mip | hart.lines) & hart.mie;
  if (waking === 0) return 0;
  const status = hart.csr[MSTATUS];
  const machine = waking & ~hart.mideleg;
  if (machine !== 0 && (hart.privilege < MACHINE || (status & MIE) !== 0)) return machine;
  if (hart.privilege > SUPERVISOR) return 0;
  if (hart.privilege === SUPERVISOR && (status & SIE) === 0) return 0;
  return waking & hart.mideleg;
}

/** Code of the interrupt to take now, or −1; the order is MEI, MSI, MTI, SEI, SSI, STI. */
export function nextInterrupt(hart: Hart): number {
  const bits = takeable(hart);
  if (bits === 0) return -1;
  if ((bits & MEIP) !== 0) return 11;
  if ((bits & MSIP) !== 0) return 3;
  if ((bits & MTIP) !== 0) return 7;
  if ((bits & SEIP) !== 0) return 9;
  return (bits & SSIP) !== 0 ? 1 : 5;
}

/** After a change of enables or pending bits: stop only if something is to be taken. */
export function recheckInterrupts(hart: Hart): void {
  if (takeable(hart) !== 0) hart.stop = 1;
}
