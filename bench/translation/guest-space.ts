import { A, D, R, U, V, W, X } from '../../test/pte-bits.js';
import { enter } from '../programs/enter.js';
import { DATA } from '../programs/program.js';
import {
  apart,
  buildSpace,
  CODE,
  ENTRIES,
  entry,
  FINISHER,
  fill,
  type Owner,
  PAGE,
  pte,
  SV39,
  satpOf,
  type Window,
} from './space.js';

/** The G-stage's tables (Sv39x4, Privileged 15.5.1): a root of 16 KiB, behind all that programs use. */
const ROOT = DATA + 0x200_0000n;
const LOW = ROOT + 4n * PAGE;
const HIGH = ROOT + 5n * PAGE;
const FINISHER_LEAVES = ROOT + 6n * PAGE;
const LEAVES = ROOT + 16n * PAGE;
const TABLES = Number((ROOT - CODE) / (PAGE * BigInt(ENTRIES)));
const VMID = 1n;

/** Where a guest sees physical memory: a walk that leaves the G-stage out goes wrong. */
export const GUEST_ABOVE = 0x4000_0000n;

/** M-mode code that writes a G-stage: RAM up to its own tables and the test finisher, in pages of 4 KiB. */
const GUEST_STAGE = `
${entry(ROOT + 8n * ((FINISHER + GUEST_ABOVE) >> 30n), pte(LOW, 0n))}
${entry(ROOT + 8n * ((CODE + GUEST_ABOVE) >> 30n), pte(HIGH, 0n))}
${entry(LOW, pte(FINISHER_LEAVES, 0n))}
${entry(FINISHER_LEAVES + 8n * (FINISHER >> 12n), pte(FINISHER, R | W | A | D | U))}
  li t2, ${pte(LEAVES, 0n)}
${fill(HIGH, TABLES, apart(0), TABLES)}
  li t2, ${pte(CODE, V | R | W | X | A | D | U)}
${fill(LEAVES, TABLES * ENTRIES, apart(0), TABLES * ENTRIES)}`;

/** hgatp for that G-stage. */
const HGATP = (SV39 << 60n) | (VMID << 44n) | (ROOT >> 12n);

/** The space whose tables stand behind vsatp. */
const INDEX = 1;

/** M-mode code that writes the tables of both stages, and puts them into force for VS- and VU-mode. */
export const buildGuestSpace = (window: Window, owner: Owner = {}): string => `
${buildSpace(INDEX, window, { ...owner, above: GUEST_ABOVE })}
${GUEST_STAGE}
  li t0, ${satpOf(INDEX, GUEST_ABOVE)}
  csrw vsatp, t0
  li t0, ${HGATP}
  csrw hgatp, t0
  hfence.vvma zero, zero
  hfence.gvma zero, zero`;

/** M-mode code that takes the page at this physical address out of the G-stage, before anybody saw it there. */
export const leaveOut = (address: bigint): string =>
  entry(LEAVES + ((address - CODE) / PAGE) * 8n, 0n);

/** M-mode code that goes on in VS-mode. */
export const ENTER_GUEST_SPACE = enter('VS');
