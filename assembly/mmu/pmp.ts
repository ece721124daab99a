/** Physical memory protection: 16 entries (Privileged 3.7). */
import { Hart, MACHINE } from '../hart/hart';
import { FETCH, READ } from './entry';

export const PMP_ENTRIES: u32 = 16;
const PMP_CONFIGS: usize = offsetof<Hart>('pmpcfg0');
const PMP_ADDRESSES: usize = offsetof<Hart>('pmpaddr0');
const R: u32 = 1;
const W: u32 = 2;
const X: u32 = 4;
const MODE: u32 = 3 << 3;
const TOR: u32 = 1 << 3;
const NA4: u32 = 2 << 3;
const LOCKED: u32 = 1 << 7;

/** An entry 0 of pmpcfg and pmpaddr that opens all of memory: NAPOT, RWX, as kernels are started with. */
const OPEN: u32 = TOR | NA4 | R | W | X;
const OPEN_ADDRESS: u64 = (1 << 54) - 1;

/** Verdicts on a range. */
export const PMP_DENY: u32 = 0;
export const PMP_ALLOW: u32 = 1;
/** The range is covered by an entry only in part. */
export const PMP_PARTIAL: u32 = 2;

/** Byte `index` of pmpcfg0..3. */
export function pmpConfig(hart: usize, index: u32): u32 {
  return load<u8>(hart + index, PMP_CONFIGS);
}

export function setPmpConfig(hart: usize, index: u32, value: u32): void {
  store<u8>(hart + index, <u8>value, PMP_CONFIGS);
}

export function pmpAddress(hart: usize, index: u32): u64 {
  return load<u64>(hart + ((<usize>index) << 3), PMP_ADDRESSES);
}

export function setPmpAddress(hart: usize, index: u32, value: u64): void {
  store<u64>(hart + ((<usize>index) << 3), value, PMP_ADDRESSES);
}

function isAllowed(config: u32, access: u32, privilege: u32): bool {
  if (privilege === MACHINE && !(config & LOCKED)) return true;
  if (access === READ) return (config & R) !== 0;
  return (config & (access === FETCH ? X : W)) !== 0;
}

/** Whether entry 0 opens all of memory to everybody, so that no check can fail. */
export function isAllOpen(hart: usize): bool {
  return (pmpConfig(hart, 0) & ~LOCKED) === OPEN && pmpAddress(hart, 0) === OPEN_ADDRESS;
}

/**
 * Whether `privilege` may make this access to all of [address, address + bytes): the entry of the
 * lowest number that matches any byte decides; PMP_PARTIAL if it does not match all (3.7.1).
 */
export function checkPmp(hart: usize, address: u64, bytes: u64, access: u32, privilege: u32): u32 {
  if (isAllOpen(hart)) return PMP_ALLOW;
  const last = address + (bytes - 1);
  let below: u64 = 0;
  for (let index: u32 = 0; index < PMP_ENTRIES; ++index) {
    const config = pmpConfig(hart, index);
    const raw = pmpAddress(hart, index);
    const mode = config & MODE;
    const top = raw << 2;
    if (mode) {
      let first = below;
      let end = top - 1;
      if (mode === NA4) {
        first = top;
        end = top + 3;
      } else if (mode !== TOR) {
        const size: u64 = raw + 1 === 0 ? 0 : (raw ^ (raw + 1)) << 2;
        first = (raw & (raw + 1)) << 2;
        end = first + (size | 3);
      }
      const empty = mode === TOR && below >= top;
      if (!empty && first <= last && address <= end) {
        if (first > address || last > end) return PMP_PARTIAL;
        return isAllowed(config, access, privilege) ? PMP_ALLOW : PMP_DENY;
      }
    }
    below = top;
  }
  return privilege === MACHINE ? PMP_ALLOW : PMP_DENY;
}
