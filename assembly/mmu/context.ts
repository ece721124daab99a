/**
 * Dense context ids, per hart (law 3): a TLB tag holds an 8-bit id for everything but the address
 * that decides a translation. A write of satp or a change of privilege selects another id and flushes
 * nothing. The id is the key's slot in an open-addressed table; a fence by ASID retires keys, so
 * that entries under them match no more. When the table fills, the TLB is emptied with it.
 */
import { at, CONTEXTS, CONTEXTS_OFFSET, MACHINE, SUPERVISOR } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { MPRV, MSTATUS_MPP_SHIFT, MXR, SUM } from '../hart/status';
import { spendWork } from '../vm/work';
import {
  ENTRIES_BEGIN,
  ENTRIES_END,
  ENTRY_SIZE,
  setTag,
  TAG_CONTEXT_SHIFT,
  TAG_EMPTY,
} from './entry';
import { forgetSuperpages } from './superpages';

/** A key: ASID (0..15), satp.MODE (16..19), privilege (20..21), SUM, MXR, V; USED is always set. */
const KEY_ASID: u64 = 0xffff;
const KEY_MODE_SHIFT: u64 = 16;
const KEY_PRIVILEGE_SHIFT: u64 = 20;
const KEY_SUM: u64 = 1 << 22;
const KEY_MXR: u64 = 1 << 23;
const KEY_USED: u64 = 1 << 62;
const KEY_RETIRED: u64 = 1 << 63;
/** Entries that `emptyTlb` writes. */
const WORK: u32 = <u32>((ENTRIES_END - ENTRIES_BEGIN) / ENTRY_SIZE);
/** Beyond this many keys, probing grows long: start anew. */
const CONTEXTS_MOST: u32 = 192;

function keyAt(hart: usize, id: u32): u64 {
  return load<u64>(hart + ((<usize>id) << 3), CONTEXTS_OFFSET);
}

function setKey(hart: usize, id: u32, key: u64): void {
  store<u64>(hart + ((<usize>id) << 3), key, CONTEXTS_OFFSET);
}

/** Empties the TLB and forgets all contexts; callers select contexts anew. */
export function emptyTlb(hart: usize): void {
  for (let entry = hart + ENTRIES_BEGIN; entry < hart + ENTRIES_END; entry += ENTRY_SIZE) {
    setTag(entry, TAG_EMPTY);
    store<u64>(entry, 0, 8);
  }
  memory.fill(hart + CONTEXTS_OFFSET, 0, (CONTEXTS + 1) << 3);
  at(hart).contextsUsed = 0;
  forgetSuperpages(hart);
  spendWork(at(hart).vm, WORK);
}

/** Id of a key, or −1 when the table is full. */
function find(hart: usize, key: u64): i32 {
  let id = <u32>((key * 0x9e37_79b9_7f4a_7c15) >> 56);
  while (true) {
    if (id >= CONTEXTS) id = 0;
    const found = keyAt(hart, id);
    if (found === key) return id;
    if (!found) break;
    ++id;
  }
  if (at(hart).contextsUsed >= CONTEXTS_MOST) return -1;
  at(hart).contextsUsed += 1;
  setKey(hart, id, key);
  return id;
}

function keyFor(hart: usize, privilege: u32, sum: bool, mxr: bool): u64 {
  const satp = at(hart).satp;
  const mode = satp >> 60;
  let key = KEY_USED | ((<u64>privilege) << KEY_PRIVILEGE_SHIFT);
  if (privilege === MACHINE || !mode) return key;
  key |= (mode << KEY_MODE_SHIFT) | ((satp >> 44) & KEY_ASID);
  if (sum && privilege === SUPERVISOR) key |= KEY_SUM;
  return mxr ? key | KEY_MXR : key;
}

/** The privilege that loads and stores have (mstatus.MPRV, Privileged 3.1.6.3). */
export function dataPrivilege(hart: usize): u32 {
  const status = at(hart).mstatus;
  if (at(hart).privilege === MACHINE && status & MPRV) {
    return <u32>(status >> MSTATUS_MPP_SHIFT) & 3;
  }
  return at(hart).privilege;
}

/** To be called after any change of privilege, satp, or mstatus.MPRV, MPP, SUM, MXR. */
export function selectContexts(hart: usize): void {
  const status = at(hart).mstatus;
  const fetchKey = keyFor(hart, at(hart).privilege, false, false);
  const dataKey = keyFor(hart, dataPrivilege(hart), (status & SUM) !== 0, (status & MXR) !== 0);
  let fetch = find(hart, fetchKey);
  let data = find(hart, dataKey);
  if (fetch < 0 || data < 0) {
    emptyTlb(hart);
    // The fetch entry of the running page went too: all runs consult the TLB here, cut or not.
    requestStop(hart);
    fetch = find(hart, fetchKey);
    data = find(hart, dataKey);
  }
  at(hart).fetchContext = (<u64>fetch) << TAG_CONTEXT_SHIFT;
  at(hart).dataContext = (<u64>data) << TAG_CONTEXT_SHIFT;
}

/**
 * Whether an entry made in context `from` also holds in context `to`: global pages do in every
 * address space, pages without U whatever SUM says.
 */
export function holdsIn(hart: usize, from: u32, to: u32, global: bool, user: bool): bool {
  if (from >= CONTEXTS) return false;
  let difference = keyAt(hart, from) ^ keyAt(hart, to);
  if (global) difference &= ~(KEY_ASID | KEY_RETIRED);
  if (!user) difference &= ~KEY_SUM;
  return !difference;
}

/** Retires all contexts of an address space; global entries stay usable through `holdsIn`. */
export function retireAsid(hart: usize, asid: u32): void {
  for (let id: u32 = 0; id < CONTEXTS; ++id) {
    const key = keyAt(hart, id);
    if (!key || key & KEY_RETIRED) continue;
    if (!((key >> KEY_MODE_SHIFT) & 15) || (key & KEY_ASID) !== <u64>asid) continue;
    setKey(hart, id, key | KEY_RETIRED);
  }
  spendWork(at(hart).vm, CONTEXTS);
  selectContexts(hart);
}

/** Whether a live context id is of the given address space. */
export function isOfAsid(hart: usize, id: u32, asid: u32): bool {
  return id < CONTEXTS && (keyAt(hart, id) & KEY_ASID) === <u64>asid;
}
