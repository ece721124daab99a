/** The hypervisor's own instructions (Privileged 15.3). */
import { Op } from '../generated/ops';
import { at, MACHINE, USER } from '../hart/hart';
import { HU, TVM } from '../hart/status';
import { vmidOf } from '../mmu/context';
import { fenceAllGuest, fenceAllVirtual, fenceRangeGuest, fenceRangeVirtual } from '../mmu/fence';
import { beginGuestAccess, endGuestAccess } from '../mmu/regime';
import { ILLEGAL, VIRTUAL } from './outcome';
import { failed, loadVirtual, storeVirtual } from './virtual-memory';

/** Fields of the word: log2 of the bytes, zero extension, execute permission (isa/table/hypervisor). */
const SIZE_SHIFT: u32 = 26;
const ZERO_EXTENDED: u32 = 1 << 20;
const EXECUTABLE: u32 = 1 << 21;
const VMID: u32 = 0x3fff;
const ASID: u32 = 0xffff;

function register(hart: usize, word: u32, shift: u32): u64 {
  return load<u64>(hart + ((<usize>((word >> shift) & 31)) << 3));
}

function signExtended(value: u64, bytes: u32): u64 {
  const unused: u64 = 64 - 8 * bytes;
  return <u64>(<i64>(value << unused) >> unused);
}

/** HLV, HLVX and HSV: an access as the guest would make it, with the privilege that SPVP names. */
function accessGuest(hart: usize, op: i32, word: u32): u32 {
  const state = at(hart);
  if (state.virtualized) return VIRTUAL;
  if (state.privilege === USER && !(state.hstatus & HU)) return ILLEGAL;
  const bytes: u32 = 1 << ((word >> SIZE_SHIFT) & 3);
  const va = register(hart, word, 15);
  beginGuestAccess(op === Op.HLV && (word & EXECUTABLE) !== 0);
  if (op === Op.HSV) {
    storeVirtual(hart, va, bytes, register(hart, word, 20));
  } else {
    const value = loadVirtual(hart, va, bytes);
    const rd = (word >> 7) & 31;
    if (!failed && rd) {
      const extended = word & ZERO_EXTENDED ? value : signExtended(value, bytes);
      store<u64>(hart + ((<usize>rd) << 3), extended);
    }
  }
  endGuestAccess();
  return failed ? failed : 4;
}

/** HFENCE.VVMA and HFENCE.GVMA; the latter's addresses come shifted right by 2 (15.3.2). */
function fenceGuest(hart: usize, op: i32, word: u32): u32 {
  const state = at(hart);
  if (state.virtualized) return VIRTUAL;
  if (state.privilege === USER) return ILLEGAL;
  const byAddress = ((word >> 15) & 31) !== 0;
  const bySpace = ((word >> 20) & 31) !== 0;
  const address = register(hart, word, 15);
  const space = <u32>register(hart, word, 20);
  if (op === Op.HFENCE_VVMA) {
    if (byAddress) fenceRangeVirtual(hart, address, 1, vmidOf(hart), space & ASID, bySpace);
    else fenceAllVirtual(hart, vmidOf(hart), space & ASID, bySpace);
  } else {
    if (state.privilege !== MACHINE && state.mstatus & TVM) return ILLEGAL;
    if (byAddress) fenceRangeGuest(hart, address << 2, 1, space & VMID, bySpace);
    else fenceAllGuest(hart, space & VMID, bySpace);
  }
  return 4;
}

export function executeHypervisor(hart: usize, op: i32, word: u32): u32 {
  if (op === Op.HLV || op === Op.HSV) return accessGuest(hart, op, word);
  if (op === Op.HFENCE_VVMA || op === Op.HFENCE_GVMA) return fenceGuest(hart, op, word);
  return ILLEGAL;
}
