/**
 * Dense context ids, per hart: a TLB tag holds an 8-bit id for everything but the address that decides a
 * translation. A write of satp or a change of privilege selects another id and flushes nothing; a
 * fence by ASID retires ids. When they are used up, the TLB is emptied with them.
 */
import { MSTATUS, SATP } from '../hart/csr-slot.js';
import { type Hart, MACHINE, SUPERVISOR } from '../hart/hart.js';
import { requestStop } from '../hart/interrupts.js';
import { MPRV, MSTATUS_MPP_SHIFT, MXR, SUM } from '../hart/status.js';
import { forgetSuperpages } from './superpages.js';
import { ENTRIES_END, ENTRY_WORDS, TAG_CONTEXT_SHIFT, TAG_EMPTY } from './tlb-entries.js';

/** A key: ASID (0..15), satp.MODE (16..19), privilege (20..21), SUM, MXR; USED is always set. */
const KEY_ASID = 0xffff;
const KEY_MODE_SHIFT = 16;
const KEY_PRIVILEGE_SHIFT = 20;
const KEY_SUM = 1 << 22;
const KEY_MXR = 1 << 23;
const KEY_USED = 1 << 24;
const KEY_RETIRED = 1 << 25;
const CONTEXTS = 255;
/** With this many ids used, all start anew: a number of the machine, since the TLB is emptied. */
const CONTEXTS_MOST = 192;

/** Empties the TLB and forgets all contexts; callers select contexts anew. */
export function emptyTlb(hart: Hart): void {
  const { entries } = hart.tlb;
  entries.fill(0);
  for (let entry = 0; entry < ENTRIES_END; entry += ENTRY_WORDS) entries[entry] = TAG_EMPTY;
  hart.tlb.contexts.fill(0);
  hart.tlb.contextsUsed = 0;
  forgetSuperpages(hart);
}

/** Id of a key, or -1 when the ids are used up. */
function find(hart: Hart, key: number): number {
  const { contexts } = hart.tlb;
  let id = Math.imul(key, 0x9e37_79b1) >>> 24;
  while (true) {
    if (id >= CONTEXTS) id = 0;
    const found = contexts[id];
    if (found === key) return id;
    if (found === 0) break;
    id += 1;
  }
  if (hart.tlb.contextsUsed >= CONTEXTS_MOST) return -1;
  hart.tlb.contextsUsed += 1;
  contexts[id] = key;
  return id;
}

/** satp has MODE in bits 63..60 and ASID in bits 59..44 (Privileged 12.1.11). */
function keyFor(hart: Hart, privilege: number, sum: number, mxr: number): number {
  const satp = hart.csr[SATP + 1];
  const mode = satp >>> 28;
  let key = KEY_USED | (privilege << KEY_PRIVILEGE_SHIFT);
  if (privilege === MACHINE || mode === 0) return key;
  key |= (mode << KEY_MODE_SHIFT) | ((satp >>> 12) & KEY_ASID);
  if (sum !== 0 && privilege === SUPERVISOR) key |= KEY_SUM;
  return mxr !== 0 ? key | KEY_MXR : key;
}

/** The privilege that loads and stores have (mstatus.MPRV, Privileged 3.1.6.3). */
export function dataPrivilege(hart: Hart): number {
  const status = hart.csr[MSTATUS];
  if (hart.privilege === MACHINE && (status & MPRV) !== 0) return (status >> MSTATUS_MPP_SHIFT) & 3;
  return hart.privilege;
}

/** To be called after any change of privilege, satp, or mstatus.MPRV, MPP, SUM, MXR. */
export function selectContexts(hart: Hart): void {
  const status = hart.csr[MSTATUS];
  const fetchKey = keyFor(hart, hart.privilege, 0, 0);
  const dataKey = keyFor(hart, dataPrivilege(hart), status & SUM, status & MXR);
  let fetch = find(hart, fetchKey);
  let data = find(hart, dataKey);
  if (fetch < 0 || data < 0) {
    emptyTlb(hart);
    // The fetch entry of the running page went too: all runs consult the TLB here, cut or not.
    requestStop(hart);
    fetch = find(hart, fetchKey);
    data = find(hart, dataKey);
  }
  hart.fetchContext = fetch << TAG_CONTEXT_SHIFT;
  hart.dataContext = data << TAG_CONTEXT_SHIFT;
}

/**
 * Whether an entry made in context `from` also holds in context `to`: global pages do in every
 * address space, pages without U whatever SUM says.
 */
export function holdsIn(
  hart: Hart,
  from: number,
  to: number,
  global: boolean,
  user: boolean,
): boolean {
  if (from >= CONTEXTS) return false;
  let difference = hart.tlb.contexts[from] ^ hart.tlb.contexts[to];
  if (global) difference &= ~(KEY_ASID | KEY_RETIRED);
  if (!user) difference &= ~KEY_SUM;
  return difference === 0;
}

/** Retires all contexts of an address space; global entries stay usable through `holdsIn`. */
export function retireAsid(hart: Hart, asid: number): void {
  const { contexts } = hart.tlb;
  for (let id = 0; id < CONTEXTS; id++) {
    const key = contexts[id];
    if (key === 0 || (key & KEY_RETIRED) !== 0) continue;
    if (((key >> KEY_MODE_SHIFT) & 15) === 0 || (key & KEY_ASID) !== asid) continue;
    contexts[id] = key | KEY_RETIRED;
  }
  selectContexts(hart);
}

/** Whether a live context id is of the given address space. */
export function isOfAsid(hart: Hart, id: number, asid: number): boolean {
  return id < CONTEXTS && (hart.tlb.contexts[id] & KEY_ASID) === asid;
}
