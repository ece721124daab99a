/** A look at how a hart translates an address (debug/walk-record says what is written down). */
import { MACHINE, SUPERVISOR, USER } from '../hart/hart';
import {
  REGIME_MACHINE,
  REGIME_USER,
  REGIME_VIRTUAL_SUPERVISOR,
  REGIME_VIRTUAL_USER,
} from '../hart/regime';
import { FETCH } from '../mmu/entry';
import { isTranslated, setDataRegime, setFetchRegime, setRegime } from '../mmu/regime';
import { walk, walkedAddress, walkedGuest } from '../mmu/walk';
import { faultedGuest, walkFault } from '../mmu/walk-fault';
import { beginRecording, endRecording, recorded, recordOutcome } from './walk-record';

/** The regime of the hart's own accesses now. */
const AS_IS: u32 = 255;
const PAGE_OFFSET: u64 = 0xfff;

function chooseRegime(hart: usize, regime: u32, access: u32): void {
  if (regime === AS_IS) {
    if (access === FETCH) setFetchRegime(hart);
    else setDataRegime(hart);
    return;
  }
  const virtualized = regime === REGIME_VIRTUAL_SUPERVISOR || regime === REGIME_VIRTUAL_USER;
  let privilege = SUPERVISOR;
  if (regime === REGIME_MACHINE) privilege = MACHINE;
  else if (regime === REGIME_USER || regime === REGIME_VIRTUAL_USER) privilege = USER;
  setRegime(hart, privilege, virtualized, access);
}

/** Walks for an access in a regime and changes nothing; how many entries were written down. */
export function lookAtWalk(hart: usize, va: u64, access: u32, regime: u32): u32 {
  chooseRegime(hart, regime, access);
  const offset = va & PAGE_OFFSET;
  beginRecording();
  if (!isTranslated(hart)) recordOutcome(u64.MAX_VALUE, va, va, 0);
  else if (walk(hart, va, access)) {
    recordOutcome(u64.MAX_VALUE, walkedGuest | offset, walkedAddress | offset, 0);
  } else {
    recordOutcome(walkFault, walkedGuest | offset, 0, faultedGuest);
  }
  endRecording();
  return recorded;
}
