/** Writes of pmpcfg and pmpaddr (Privileged 3.7.1); any change empties the TLB, whose fills hold the verdicts. */
import { flushAll } from '../mmu/fence.js';
import { Csr } from './csr-number.js';
import { PMPADDR } from './csr-slot.js';
import type { Hart } from './hart.js';

const READ_WRITE = 3;
const WRITE_ONLY = 2;
const MODE = 3 << 3;
const TOR = 1 << 3;
const LOCKED = 1 << 7;
const CONFIG_WRITABLE = 0x9f;
/** Addresses have 54 bits. */
const ADDRESS_HIGH = 0x3f_ffff;

/** Four entries of one register; locked ones stay, W without R is reserved and stays. Whether any changed. */
function writeConfigs(hart: Hart, first: number, bits: number): boolean {
  let changed = false;
  for (let index = 0; index < 4; index++) {
    const next = (bits >>> (8 * index)) & CONFIG_WRITABLE;
    const old = hart.pmpConfig[first + index];
    if ((old & LOCKED) !== 0 || (next & READ_WRITE) === WRITE_ONLY || next === old) continue;
    hart.pmpConfig[first + index] = next;
    changed = true;
  }
  return changed;
}

/** A locked entry's address is locked, and so is the one below a locked TOR entry. */
function isAddressLocked(hart: Hart, index: number): boolean {
  if ((hart.pmpConfig[index] & LOCKED) !== 0) return true;
  if (index + 1 === hart.pmpConfig.length) return false;
  const above = hart.pmpConfig[index + 1];
  return (above & LOCKED) !== 0 && (above & MODE) === TOR;
}

function writeAddress(hart: Hart, index: number, low: number, high: number): boolean {
  const slot = PMPADDR + 2 * index;
  const next = high & ADDRESS_HIGH;
  if (isAddressLocked(hart, index)) return false;
  if (hart.csr[slot] === low && hart.csr[slot + 1] === next) return false;
  hart.csr[slot] = low;
  hart.csr[slot + 1] = next;
  return true;
}

export function writePmp(hart: Hart, number: number, low: number, high: number): void {
  let changed = false;
  if (number === Csr.PMPCFG0 || number === Csr.PMPCFG2) {
    const first = number === Csr.PMPCFG0 ? 0 : 8;
    const lower = writeConfigs(hart, first, low);
    changed = writeConfigs(hart, first + 4, high) || lower;
  } else if (number >= Csr.PMPADDR0 && number <= Csr.PMPADDR15) {
    changed = writeAddress(hart, number - Csr.PMPADDR0, low, high);
  }
  if (changed) flushAll(hart);
}
