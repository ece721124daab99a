/**
 * Dense context ids, per hart (law 3): a TLB tag holds an 8-bit id for everything but the address
 * that decides a translation. A write of satp or a change of privilege selects another id and flushes
 * nothing. The id is the key's slot in an open-addressed table; a fence retires keys, so that entries
 * under them match no more. When the table fills, the TLB is emptied with it.
 */
import { at, CONTEXTS, CONTEXTS_OFFSET, MACHINE, SUPERVISOR, TLB_FETCH_OFFSET } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { MXR, SUM } from '../hart/status';
import { spendWork } from '../vm/work';
import {
  ENTRIES_BEGIN,
  ENTRIES_END,
  ENTRY_SIZE,
  GUEST_GLOBAL,
  guestOf,
  setTag,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_EMPTY,
  tagOf,
} from './entry';
import { forgetGuestPages } from './guest-pages';
import {
  EXECUTABLE,
  GUEST_MXR,
  modifiesPrivilege,
  regimePrivilege,
  regimeRights,
  regimeRoot,
  regimeVirtual,
  setDataRegime,
  setFetchRegime,
  setOwnDataRegime,
} from './regime';
import { forgetSuperpages } from './superpages';

/**
 * A key: ASID (0..15), MODE of satp or vsatp (16..19), privilege (20..21), SUM, MXR; with V VMID
 * (25..38) and MODE of hgatp (39..42), MXR at the G-stage and HLVX. USED is always set.
 */
const KEY_ASID: u64 = 0xffff;
const KEY_MODE_SHIFT: u64 = 16;
const KEY_PRIVILEGE_SHIFT: u64 = 20;
const KEY_SUM: u64 = 1 << 22;
const KEY_MXR: u64 = 1 << 23;
const KEY_VIRTUAL: u64 = 1 << 24;
const KEY_VMID_SHIFT: u64 = 25;
const KEY_VMID: u64 = 0x3fff << KEY_VMID_SHIFT;
const KEY_GUEST_MODE_SHIFT: u64 = 39;
const KEY_GUEST_MXR: u64 = 1 << 43;
const KEY_EXECUTABLE: u64 = 1 << 44;
/** Not even global pages are of use any more. */
const KEY_DEAD: u64 = 1 << 61;
const KEY_USED: u64 = 1 << 62;
const KEY_RETIRED: u64 = 1 << 63;
/** Where hgatp and satp have VMID and ASID. */
const ID_SHIFT: u64 = 44;
const VMID: u64 = 0x3fff;
/** Entries that `emptyTlb` writes. */
const WORK: u32 = <u32>((ENTRIES_END - ENTRIES_BEGIN) / ENTRY_SIZE);
/** Beyond this many keys, probing grows long: start anew. */
export const CONTEXTS_MOST: u32 = 192;

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
  at(hart).globalPages = 0;
  forgetSuperpages(hart);
  forgetGuestPages(hart);
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

/** The VMID that a virtual machine's accesses have now. */
export function vmidOf(hart: usize): u32 {
  return <u32>((at(hart).hgatp >> ID_SHIFT) & VMID);
}

/** What V=1 adds to a key, whatever is accessed. */
function virtualKey(hart: usize): u64 {
  const mode = at(hart).hgatp >> 60;
  return KEY_VIRTUAL | (mode << KEY_GUEST_MODE_SHIFT) | ((<u64>vmidOf(hart)) << KEY_VMID_SHIFT);
}

/** What the first stage adds to a key, by its satp or vsatp. */
function stageKey(root: u64): u64 {
  return ((root >> 60) << KEY_MODE_SHIFT) | ((root >> ID_SHIFT) & KEY_ASID);
}

/** The key of the regime that mmu/regime was set to. */
function regimeKey(hart: usize): u64 {
  let key = KEY_USED | ((<u64>regimePrivilege) << KEY_PRIVILEGE_SHIFT);
  if (regimePrivilege === MACHINE) return key;
  if (regimeVirtual) {
    key |= virtualKey(hart);
    if (regimeRights & EXECUTABLE) key |= KEY_EXECUTABLE;
    if (regimeRights & GUEST_MXR) key |= KEY_GUEST_MXR;
  }
  const root = regimeRoot(hart);
  if (!(root >> 60)) return key;
  key |= stageKey(root);
  if (regimeRights & SUM && regimePrivilege === SUPERVISOR) key |= KEY_SUM;
  return regimeRights & MXR ? key | KEY_MXR : key;
}

/**
 * These contexts were selected, and others are now: global pages, which hold in every address space, go along, as a
 * kernel is about to touch them all. Which context they stand under is nobody's affair.
 */
function takeGlobalPages(hart: usize, data: u64, fetch: u64): void {
  spendWork(at(hart).vm, WORK);
  const fetches = hart + TLB_FETCH_OFFSET;
  retag(hart + ENTRIES_BEGIN, fetches, data, at(hart).dataContext);
  retag(fetches, hart + ENTRIES_END, fetch, at(hart).fetchContext);
}

function retag(begin: usize, end: usize, from: u64, to: u64): void {
  for (let entry = begin; entry < end; entry += ENTRY_SIZE) {
    if (!(guestOf(entry) & GUEST_GLOBAL) || (tagOf(entry) & TAG_CONTEXT) !== from) continue;
    setTag(entry, tagOf(entry) ^ from ^ to);
  }
}

/** Selects the contexts of a satp that was written, or of one whose contexts were retired. */
export function selectSpace(hart: usize): void {
  const data = at(hart).dataContext;
  const fetch = at(hart).fetchContext;
  selectContexts(hart);
  if (!at(hart).globalPages || fetch === at(hart).fetchContext) return;
  const from = <u32>(data >> TAG_CONTEXT_SHIFT);
  const to = <u32>(at(hart).dataContext >> TAG_CONTEXT_SHIFT);
  // Not from another mode of translation, nor from contexts that are dead.
  if (holdsIn(hart, from, to, true, true)) takeGlobalPages(hart, data, fetch);
}

/** To be called after any change of what mmu/regime reads, of satp, vsatp or hgatp. */
export function selectContexts(hart: usize): void {
  if (!modifiesPrivilege(hart)) {
    selectOwn(hart);
    return;
  }
  setFetchRegime(hart);
  const fetchKey = regimeKey(hart);
  setOwnDataRegime(hart);
  select(hart, fetchKey, regimeKey(hart));
}

/** The same keys as by way of mmu/regime, for what nearly all traps and returns select. */
function selectOwn(hart: usize): void {
  const state = at(hart);
  const privilege = state.privilege;
  const virtual = state.virtualized !== 0;
  let fetchKey = KEY_USED | ((<u64>privilege) << KEY_PRIVILEGE_SHIFT);
  if (privilege === MACHINE) {
    select(hart, fetchKey, fetchKey);
    return;
  }
  const root = virtual ? state.vsatp : state.satp;
  let status = state.mstatus;
  let modified: u64 = 0;
  if (virtual) {
    fetchKey |= virtualKey(hart);
    if (status & MXR) modified = KEY_GUEST_MXR;
    status = state.vsstatus | (status & MXR);
  }
  if (root >> 60) {
    fetchKey |= stageKey(root);
    if (status & SUM && privilege === SUPERVISOR) modified |= KEY_SUM;
    if (status & MXR) modified |= KEY_MXR;
  }
  select(hart, fetchKey, fetchKey | modified);
}

function select(hart: usize, fetchKey: u64, dataKey: u64): void {
  let fetch = find(hart, fetchKey);
  let data = dataKey === fetchKey ? fetch : find(hart, dataKey);
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

/** The context, in its place in a tag, of the HLV, HLVX or HSV that runs. */
export function guestAccessContext(hart: usize): u64 {
  setDataRegime(hart);
  const key = regimeKey(hart);
  let id = find(hart, key);
  if (id < 0) {
    emptyTlb(hart);
    selectContexts(hart);
    requestStop(hart);
    id = find(hart, key);
  }
  return (<u64>id) << TAG_CONTEXT_SHIFT;
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

/**
 * What a fence names, as bits of keys: with V a virtual machine, and in it or in the hart's own space an
 * address space. Lives within one call into the core.
 */
let fencedMask: u64 = KEY_VIRTUAL;
let fencedKey: u64 = 0;
let fencedSpace: bool = false;

/** The fence is for the hart's own address spaces, or for one of them. */
export function fenceOwn(asid: u32, hasAsid: bool): void {
  fencedMask = KEY_VIRTUAL;
  fencedKey = 0;
  nameSpace(asid, hasAsid);
}

/** The fence is for those of a virtual machine, or for one of them. */
export function fenceVirtual(vmid: u32, asid: u32, hasAsid: bool): void {
  fenceMachine(vmid, true);
  nameSpace(asid, hasAsid);
}

/** The fence is for all of a virtual machine, or of all of them. */
export function fenceMachine(vmid: u32, hasVmid: bool): void {
  fencedMask = hasVmid ? KEY_VIRTUAL | KEY_VMID : KEY_VIRTUAL;
  fencedKey = hasVmid ? KEY_VIRTUAL | ((<u64>vmid & VMID) << KEY_VMID_SHIFT) : KEY_VIRTUAL;
  fencedSpace = false;
}

function nameSpace(asid: u32, hasAsid: bool): void {
  fencedSpace = hasAsid;
  if (!hasAsid) return;
  fencedMask |= KEY_ASID;
  fencedKey |= <u64>asid;
}

/** Retires the contexts that the fence names; if it names an ASID, global entries stay usable. */
export function retireFenced(hart: usize): void {
  const mark = fencedSpace ? KEY_RETIRED : KEY_RETIRED | KEY_DEAD;
  for (let id: u32 = 0; id < CONTEXTS; ++id) {
    const key = keyAt(hart, id);
    if (!key || key & KEY_DEAD || (key & fencedMask) !== fencedKey) continue;
    if (fencedSpace && (key & KEY_RETIRED || !((key >> KEY_MODE_SHIFT) & 15))) continue;
    setKey(hart, id, key | mark);
  }
  spendWork(at(hart).vm, CONTEXTS);
  selectSpace(hart);
}

/** Whether the fence spares an entry of this context id. */
export function isSpared(hart: usize, id: u32, global: bool): bool {
  if (id >= CONTEXTS || (fencedSpace && global)) return true;
  return (keyAt(hart, id) & fencedMask) !== fencedKey;
}
