/** Writes of pmpcfg and pmpaddr (Privileged 3.7.1); any change empties the TLB, whose fills hold the verdicts. */

import { flushAll } from '../mmu/fence';
import { PMP_ENTRIES, pmpAddress, pmpConfig, setPmpAddress, setPmpConfig } from '../mmu/pmp';
import { CSR_PMPADDR0, CSR_PMPCFG0, CSR_PMPCFG2, isPmpAddress } from './csr-machine';

const READ_WRITE: u32 = 3;
const WRITE_ONLY: u32 = 2;
const MODE: u32 = 3 << 3;
const TOR: u32 = 1 << 3;
const LOCKED: u32 = 1 << 7;
const CONFIG_WRITABLE: u32 = 0x9f;
const ADDRESS_WRITABLE: u64 = (1 << 54) - 1;

/** The eight entries of one register; locked ones stay, W without R is reserved and stays. Whether any changed. */
function writeConfigs(hart: usize, first: u32, value: u64): bool {
  let changed = false;
  for (let index: u32 = 0; index < 8; ++index) {
    const next = <u32>(value >> (8 * index)) & CONFIG_WRITABLE;
    if (pmpConfig(hart, first + index) & LOCKED) continue;
    if ((next & READ_WRITE) === WRITE_ONLY) continue;
    if (next === pmpConfig(hart, first + index)) continue;
    setPmpConfig(hart, first + index, next);
    changed = true;
  }
  return changed;
}

/** A locked entry's address is locked, and so is the one below a locked TOR entry. */
function isAddressLocked(hart: usize, index: u32): bool {
  if (pmpConfig(hart, index) & LOCKED) return true;
  if (index + 1 === PMP_ENTRIES) return false;
  const above = pmpConfig(hart, index + 1);
  return (above & LOCKED) !== 0 && (above & MODE) === TOR;
}

function writeAddress(hart: usize, index: u32, value: u64): bool {
  const next = value & ADDRESS_WRITABLE;
  if (isAddressLocked(hart, index) || pmpAddress(hart, index) === next) return false;
  setPmpAddress(hart, index, next);
  return true;
}

export function writePmp(hart: usize, number: u32, value: u64): void {
  let changed = false;
  if (number === CSR_PMPCFG0) changed = writeConfigs(hart, 0, value);
  else if (number === CSR_PMPCFG2) changed = writeConfigs(hart, 8, value);
  else if (isPmpAddress(number)) changed = writeAddress(hart, number - CSR_PMPADDR0, value);
  if (changed) flushAll(hart);
}
