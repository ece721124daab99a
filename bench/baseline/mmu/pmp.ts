/** Physical memory protection: 16 entries (Privileged 3.7). Addresses below 2^53 are exact. */
import { PMPADDR } from '../hart/csr-slot.js';
import { type Hart, MACHINE } from '../hart/hart.js';
import { unsigned } from '../pair.js';
import { FETCH, READ } from './tlb-entries.js';

export const PMP_ENTRIES = 16;
const R = 1;
const W = 2;
const X = 4;
const MODE = 3 << 3;
const TOR = 1 << 3;
const NA4 = 2 << 3;
const LOCKED = 1 << 7;

/** An entry 0 of pmpcfg and pmpaddr that opens all of memory: NAPOT, RWX, as kernels are started with. */
const OPEN = TOR | NA4 | R | W | X;
const OPEN_HIGH = 0x3f_ffff;

/** Verdicts on a range. */
export const PMP_DENY = 0;
export const PMP_ALLOW = 1;
/** The range is covered by an entry only in part. */
export const PMP_PARTIAL = 2;

function isAllowed(config: number, access: number, privilege: number): boolean {
  if (privilege === MACHINE && (config & LOCKED) === 0) return true;
  if (access === READ) return (config & R) !== 0;
  return (config & (access === FETCH ? X : W)) !== 0;
}

/** Number of trailing ones of a pmpaddr register, which give a NAPOT range its size (table 3.7.1). */
function trailingOnes(low: number, high: number): number {
  const inverse = ~low;
  if (inverse !== 0) return 31 - Math.clz32(inverse & -inverse);
  const upper = ~high;
  return upper === 0 ? 64 : 63 - Math.clz32(upper & -upper);
}

/**
 * Whether `privilege` may make this access to all of [address, address + bytes): the entry of the
 * lowest number that matches any byte decides; PMP_PARTIAL if it does not match all (3.7.1).
 */
export function checkPmp(
  hart: Hart,
  address: number,
  bytes: number,
  access: number,
  privilege: number,
): number {
  if (
    (hart.pmpConfig[0] & ~LOCKED) === OPEN &&
    hart.csr[PMPADDR] === -1 &&
    hart.csr[PMPADDR + 1] === OPEN_HIGH
  ) {
    return PMP_ALLOW;
  }
  const last = address + bytes - 1;
  let below = 0;
  for (let index = 0; index < PMP_ENTRIES; index++) {
    const config = hart.pmpConfig[index];
    const low = hart.csr[PMPADDR + 2 * index];
    const high = hart.csr[PMPADDR + 2 * index + 1];
    const raw = unsigned(low, high);
    const top = raw * 4;
    const mode = config & MODE;
    if (mode !== 0) {
      let first = below;
      let end = top - 1;
      if (mode === NA4) {
        first = top;
        end = top + 3;
      } else if (mode !== TOR) {
        const ones = trailingOnes(low, high);
        first = (raw - (2 ** ones - 1)) * 4;
        end = first + 2 ** (ones + 3) - 1;
      }
      if ((mode !== TOR || below < top) && first <= last && address <= end) {
        if (first > address || last > end) return PMP_PARTIAL;
        return isAllowed(config, access, privilege) ? PMP_ALLOW : PMP_DENY;
      }
    }
    below = top;
  }
  return privilege === MACHINE ? PMP_ALLOW : PMP_DENY;
}
