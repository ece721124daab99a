/**
 * Where QEMU's answers about virtual machines are not compared, and why. The CSRs' bits are in csr-rules.ts; what
 * holds without H in the other table of deviations.
 */

import { STATUS_COMPARED } from '../deviations.js';
import type { Entry } from './log.js';
import type { Operation } from './operation.js';
import type { LogField } from './world.js';

const ALL = (1n << 64n) - 1n;
const MPV = 1n << 39n;
const GVA = 1n << 38n;
/** hstatus.GVA. */
const HS_GVA = 1n << 6n;
const GUEST_PAGE_FAULTS = [20n, 21n, 23n];
const BREAKPOINT = 3n;
/** Breakpoints, misaligned and failed accesses, which tell an address. */
const ADDRESSES = 0xb0b0fbn;

/** Bits of a logged field that are compared, given what the oracle says. */
export function comparedOf(
  name: LogField,
  { compare = ALL, executing }: Operation,
  oracle: Entry,
): bigint {
  const { mcause, scause } = oracle;
  switch (name) {
    case 'result':
      return compare;
    case 'mstatus':
      // QEMU 10.0 sets GVA for any tval out of a virtual mode, and never clears it (Privileged 15.4.1).
      return STATUS_COMPARED & (isGuestFault(oracle) ? ALL : ~GVA);
    case 'hstatus':
      // QEMU does not set GVA for a breakpoint, though stval is its address (15.2.1).
      return scause === BREAKPOINT ? ~HS_GVA & ALL : ALL;
    case 'vsstatus':
      return STATUS_COMPARED;
    // QEMU keeps the address of an earlier guest-page fault, where zero is due (15.2.11, 15.4.5).
    case 'mtval2':
      return GUEST_PAGE_FAULTS.includes(mcause) ? ALL : 0n;
    case 'htval':
      return GUEST_PAGE_FAULTS.includes(scause) ? ALL : 0n;
    // QEMU takes HLVX for a fetch, which is not transformed (15.6.3).
    case 'mtinst':
      return executing ? 0n : ALL;
    // QEMU's htinst cannot be written: only a trap to HS-mode tells something (15.2.12).
    case 'htinst':
      return scause === 0n || executing ? 0n : ALL;
    default:
      return ALL;
  }
}

/** Whether M-mode took a virtual mode's fault at an address. */
function isGuestFault({ mcause, mstatus, mtval }: Entry): boolean {
  return (
    mcause < 64n && ((ADDRESSES >> mcause) & 1n) === 1n && (mstatus & MPV) !== 0n && mtval !== 0n
  );
}

/** What QEMU says of the faults of HLVX: that they are a fetch's, and none of the G-stage (15.3.1). */
const CAUSES: Readonly<Record<string, bigint>> = { 1: 5n, 12: 13n, 20: 13n, 21: 13n };

/** An entry as far as it can be compared. */
export function amended(entry: Entry, { executing }: Operation): Entry {
  if (!executing) return entry;
  const asLoad = (cause: bigint) => CAUSES[`${cause}`] ?? cause;
  return { ...entry, mcause: asLoad(entry.mcause), scause: asLoad(entry.scause) };
}

/** What the generators keep away from, since no mask could make it comparable. */
export const AVOIDED: readonly { readonly what: string; readonly section: string }[] = [
  {
    what: 'entering a virtual mode by MRET, and MPRV for one, without a trap from there before: QEMU 10.0 does not let MPV be written',
    section: 'Privileged 15.4.1',
  },
  {
    what: "hardware updates of the VS-stage's tables where the G-stage's leaf is not writable and dirty: QEMU does not ask it, nor sets its D",
    section: 'Privileged 15.5.1',
  },
  {
    what: "VS-stage tables behind a G-stage's leaf that is executable only: QEMU lets MXR make it readable, though the access is not explicit",
    section: 'Privileged 15.5.1',
  },
  {
    what: "VS-stage tables behind G-stage tables where there is no memory: QEMU's cause is a guest-page fault",
    section: 'Privileged 12.3.2, 15.5.1',
  },
  {
    what: 'HLV, HSV and MPRV while ADUE or PBMTE differs between menvcfg and henvcfg: QEMU asks menvcfg unless V is 1',
    section: 'Privileged 15.2.5',
  },
  {
    what: 'HLVX with vsstatus.SUM: QEMU takes it for a fetch',
    section: 'Privileged 15.3.1',
  },
  {
    what: "HLVX where page faults of fetches and loads, of the VS-stage and the G-stage, are not all delegated alike: QEMU's causes are those of fetches",
    section: 'Privileged 15.3.1',
  },
  {
    what: "AMOs where either stage's leaf is not writable and dirty: QEMU looks up the load first, and reports its fault",
    section: 'Privileged 12.3.2',
  },
  {
    what: 'page-crossing accesses where one half has no memory: QEMU stores the other half',
    section: 'Unprivileged 2.6',
  },
  {
    what: 'WFI in VU-mode with TW set: QEMU raises a virtual-instruction exception',
    section: 'Privileged 15.6.1',
  },
  {
    what: 'SRET in VS-mode with TSR set: QEMU raises an illegal-instruction exception',
    section: 'Privileged 15.4.1',
  },
  {
    what: 'henvcfg after its bits were cleared in menvcfg and set again: QEMU forgets them, here they are kept',
    section: 'Privileged 15.2.5',
  },
  {
    what: 'vsstatus.MXR without a fence: QEMU keeps its TLB; the harness toggles mstatus.MXR, which empties only that',
    section: 'Privileged 15.2.13',
  },
];
