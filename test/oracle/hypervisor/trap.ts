import type { Entry } from './log.js';

/** The trap that an operation ended with, in the mode that took it first. */
export interface Trap {
  readonly level: 'M' | 'HS' | 'VS';
  readonly cause: bigint;
  readonly value: bigint;
  /** For a guest-page fault the guest-physical address. */
  readonly guestAddress: bigint;
  readonly instruction: bigint;
}

/** Calls from VS-mode and HS-mode: what the handlers do. */
const VS_CALL = 10n;
const HS_CALL = 9n;

/** What happened before the handlers passed control on. */
export function trapOf(
  entry: Entry,
  handler: { readonly hypervisor: bigint; readonly supervisor: bigint },
): Trap {
  const passed = entry.mcause === HS_CALL && entry.mepc === handler.hypervisor;
  const [cause, epc] = passed ? [entry.scause, entry.sepc] : [entry.mcause, entry.mepc];
  if (cause === VS_CALL && epc === handler.supervisor) {
    const { vscause, vstval } = entry;
    return { level: 'VS', cause: vscause, value: vstval, guestAddress: 0n, instruction: 0n };
  }
  const [value, address, instruction] = passed
    ? [entry.stval, entry.htval, entry.htinst]
    : [entry.mtval, entry.mtval2, entry.mtinst];
  // The lowest two bits are those of the virtual address (Privileged 15.2.11).
  const guestAddress = (address << 2n) | (value & 3n);
  return { level: passed ? 'HS' : 'M', cause, value, guestAddress, instruction };
}
