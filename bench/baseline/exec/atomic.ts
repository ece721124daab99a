/** A: load-reserved, store-conditional, read-modify-write (Unprivileged 14). One thread has the memory. */
import { LOAD_MISALIGNED, STORE_MISALIGNED } from '../hart/cause.js';
import type { Hart } from '../hart/hart.js';
import { raise } from '../hart/trap.js';
import { entryFor, guestAddress } from '../mmu/tlb.js';
import { READ, TAG_PAGE, WRITE } from '../mmu/tlb-entries.js';
import { high, pair } from '../pair.js';
import { Op } from './op.js';
import { REDIRECT } from './outcome.js';
import { failed, locateAtomic, locatedAddress, watchToHost } from './virtual-memory.js';

/** What an AMO of 32 bits leaves in memory. */
function combine32(op: Op, old: number, operand: number): number {
  switch (op) {
    case Op.AMOSWAP_W:
      return operand;
    case Op.AMOADD_W:
      return (old + operand) | 0;
    case Op.AMOXOR_W:
      return old ^ operand;
    case Op.AMOAND_W:
      return old & operand;
    case Op.AMOOR_W:
      return old | operand;
    case Op.AMOMIN_W:
      return Math.min(old, operand);
    case Op.AMOMAX_W:
      return Math.max(old, operand);
    case Op.AMOMINU_W:
      return old >>> 0 < operand >>> 0 ? old : operand;
    default:
      return old >>> 0 > operand >>> 0 ? old : operand;
  }
}

function isLess(low: number, upper: number, otherLow: number, otherUpper: number): boolean {
  return upper < otherUpper || (upper === otherUpper && low >>> 0 < otherLow >>> 0);
}

function isBelow(low: number, upper: number, otherLow: number, otherUpper: number): boolean {
  return isLess(low, upper ^ 0x8000_0000, otherLow, otherUpper ^ 0x8000_0000);
}

/** What an AMO of 64 bits leaves in memory; `a` was there, `b` is the operand. */
function combine64(op: Op, aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  let keeps = false;
  switch (op) {
    case Op.AMOADD_D: {
      const low = (aLow + bLow) | 0;
      return pair(low, (aHigh + bHigh + (low >>> 0 < aLow >>> 0 ? 1 : 0)) | 0);
    }
    case Op.AMOXOR_D:
      return pair(aLow ^ bLow, aHigh ^ bHigh);
    case Op.AMOAND_D:
      return pair(aLow & bLow, aHigh & bHigh);
    case Op.AMOOR_D:
      return pair(aLow | bLow, aHigh | bHigh);
    case Op.AMOMIN_D:
      keeps = isLess(aLow, aHigh, bLow, bHigh);
      break;
    case Op.AMOMAX_D:
      keeps = isLess(bLow, bHigh, aLow, aHigh);
      break;
    case Op.AMOMINU_D:
      keeps = isBelow(aLow, aHigh, bLow, bHigh);
      break;
    case Op.AMOMAXU_D:
      keeps = isBelow(bLow, bHigh, aLow, aHigh);
      break;
  }
  return keeps ? pair(aLow, aHigh) : pair(bLow, bHigh);
}

function setRegister(hart: Hart, rd: number, low: number, upper: number): void {
  if (rd === 0) return;
  hart.x[rd] = low;
  hart.x[rd + 1] = upper;
}

function modify32(hart: Hart, op: Op, address: number, rs2: number, rd: number): void {
  const words = hart.vm.memory.i32;
  const index = address >>> 2;
  const old = words[index];
  words[index] = combine32(op, old, hart.x[rs2]);
  setRegister(hart, rd, old, old >> 31);
}

function modify64(hart: Hart, op: Op, address: number, rs2: number, rd: number): void {
  const words = hart.vm.memory.i32;
  const index = address >>> 2;
  const low = words[index];
  const upper = words[index + 1];
  words[index] = combine64(op, low, upper, hart.x[rs2], hart.x[rs2 + 1]);
  words[index + 1] = high;
  setRegister(hart, rd, low, upper);
}

function loadReserved(hart: Hart, address: number, bytes: number, rd: number): void {
  const words = hart.vm.memory.i32;
  const index = address >>> 2;
  setRegister(hart, rd, words[index], bytes === 8 ? words[index + 1] : words[index] >> 31);
}

function storeConditional(hart: Hart, address: number, bytes: number, rs2: number): void {
  const words = hart.vm.memory.i32;
  const index = address >>> 2;
  words[index] = hart.x[rs2];
  if (bytes === 8) words[index + 1] = hart.x[rs2 + 1];
}

/** Executes a row of A; the outcome is that of exec/slow. */
export function executeAtomic(hart: Hart, op: Op, word: number): number {
  const bytes = op >= Op.LR_D ? 8 : 4;
  const base = ((word >>> 15) & 31) << 1;
  const rs2 = ((word >>> 20) & 31) << 1;
  const rd = ((word >>> 7) & 31) << 1;
  const low = hart.x[base];
  const upper = hart.x[base + 1];
  const reserves = op === Op.LR_W || op === Op.LR_D;
  if ((low & (bytes - 1)) !== 0) {
    raise(hart, reserves ? LOAD_MISALIGNED : STORE_MISALIGNED, low, upper);
    return REDIRECT;
  }
  const access = reserves ? READ : WRITE;
  const { entries } = hart.tlb;
  const entry = entryFor(low, access);
  const hits =
    entries[entry] === ((low & TAG_PAGE) | hart.dataContext) && entries[entry + 1] === upper;
  const address = hits
    ? (low + entries[entry + 2]) >>> 0
    : locateAtomic(hart, low, upper, bytes, access);
  if (address < 0) return failed;
  if (reserves) {
    hart.reservation = guestAddress(hart, entry, low);
    hart.reservationSize = bytes;
    loadReserved(hart, address, bytes, rd);
    return 4;
  }
  if (op === Op.SC_W || op === Op.SC_D) {
    const held =
      hart.reservationSize === bytes && hart.reservation === guestAddress(hart, entry, low);
    hart.reservationSize = 0;
    if (held) storeConditional(hart, address, bytes, rs2);
    setRegister(hart, rd, held ? 0 : 1, 0);
    if (!held) return 4;
  } else if (bytes === 8) {
    modify64(hart, op, address, rs2, rd);
  } else {
    modify32(hart, op, address, rs2, rd);
  }
  // The page that is watched never hits.
  if (!hits) watchToHost(hart, locatedAddress, bytes);
  return 4;
}
