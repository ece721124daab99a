/** A: load-reserved, store-conditional, read-modify-write (Unprivileged 14). */
import { Op } from '../generated/ops';
import { LOAD_MISALIGNED, STORE_MISALIGNED } from '../hart/cause';
import { at } from '../hart/hart';
import { READ, WRITE } from '../mmu/entry';
import { word } from './bits';
import {
  failed,
  locateAtomic,
  locatedAddress,
  refuseMisaligned,
  watchToHost,
} from './virtual-memory';

function amo32(address: usize, op: i32, operand: u32): u32 {
  switch (op) {
    case Op.AMOSWAP_W:
      return atomic.xchg<u32>(address, operand);
    case Op.AMOADD_W:
      return atomic.add<u32>(address, operand);
    case Op.AMOXOR_W:
      return atomic.xor<u32>(address, operand);
    case Op.AMOAND_W:
      return atomic.and<u32>(address, operand);
    case Op.AMOOR_W:
      return atomic.or<u32>(address, operand);
  }
  while (true) {
    const old = atomic.load<u32>(address);
    let next = operand;
    if (op === Op.AMOMIN_W) next = <u32>min<i32>(old, operand);
    else if (op === Op.AMOMAX_W) next = <u32>max<i32>(old, operand);
    else if (op === Op.AMOMINU_W) next = min<u32>(old, operand);
    else next = max<u32>(old, operand);
    if (atomic.cmpxchg<u32>(address, old, next) === old) return old;
  }
}

function amo64(address: usize, op: i32, operand: u64): u64 {
  switch (op) {
    case Op.AMOSWAP_D:
      return atomic.xchg<u64>(address, operand);
    case Op.AMOADD_D:
      return atomic.add<u64>(address, operand);
    case Op.AMOXOR_D:
      return atomic.xor<u64>(address, operand);
    case Op.AMOAND_D:
      return atomic.and<u64>(address, operand);
    case Op.AMOOR_D:
      return atomic.or<u64>(address, operand);
  }
  while (true) {
    const old = atomic.load<u64>(address);
    let next = operand;
    if (op === Op.AMOMIN_D) next = <u64>min<i64>(old, operand);
    else if (op === Op.AMOMAX_D) next = <u64>max<i64>(old, operand);
    else if (op === Op.AMOMINU_D) next = min<u64>(old, operand);
    else next = max<u64>(old, operand);
    if (atomic.cmpxchg<u64>(address, old, next) === old) return old;
  }
}

function loadReserved(hart: usize, va: u64, bytes: u32): u64 {
  const address = locateAtomic(hart, va, bytes, READ, false);
  if (!address) return 0;
  at(hart).reservation = locatedAddress;
  at(hart).reservationSize = bytes;
  return bytes === 8 ? atomic.load<u64>(address) : word(atomic.load<u32>(address));
}

/** 0 if stored, 1 if the reservation was gone or of other bytes. */
function storeConditional(hart: usize, va: u64, bytes: u32, value: u64): u64 {
  const address = locateAtomic(hart, va, bytes, WRITE, false);
  const held = at(hart).reservationSize === bytes && at(hart).reservation === locatedAddress;
  if (failed) return 0;
  at(hart).reservationSize = 0;
  if (!held) return 1;
  if (bytes === 8) atomic.store<u64>(address, value);
  else atomic.store<u32>(address, <u32>value);
  watchToHost(hart, locatedAddress, bytes);
  return 0;
}

/** Executes a row of A; the outcome is that of exec/slow. */
export function executeAtomic(hart: usize, op: i32, slot: usize): u32 {
  const bytes: u32 = op >= Op.LR_D ? 8 : 4;
  const va = load<u64>(hart + load<u8>(slot, 2));
  const rd = load<u8>(slot, 1);
  const operand = load<u64>(hart + operandOffset(slot));
  const reserve = op === Op.LR_W || op === Op.LR_D;
  if (va & (bytes - 1)) {
    refuseMisaligned(hart, reserve ? LOAD_MISALIGNED : STORE_MISALIGNED, va);
    return failed;
  }
  let result: u64 = 0;
  if (reserve) {
    result = loadReserved(hart, va, bytes);
  } else if (op === Op.SC_W || op === Op.SC_D) {
    result = storeConditional(hart, va, bytes, operand);
  } else {
    const address = locateAtomic(hart, va, bytes, WRITE, true);
    if (address) {
      result = bytes === 8 ? amo64(address, op, operand) : word(amo32(address, op, <u32>operand));
      watchToHost(hart, locatedAddress, bytes);
    }
  }
  if (failed) return failed;
  if (rd) store<u64>(hart + rd, result);
  return 4;
}

/** rs2's place in the register file; byte 3 of a slow slot holds the length instead. */
function operandOffset(slot: usize): usize {
  return (<usize>((load<u32>(slot, 4) >> 20) & 31)) << 3;
}
