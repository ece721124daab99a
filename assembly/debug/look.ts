/** A look at how the hart translates an address (debug/walk-record says what is written down). */
import { at } from '../hart/hart';
import { dataPrivilege } from '../mmu/context';
import { PROBE } from '../mmu/entry';
import { walk } from '../mmu/walk';
import { beginRecording, endRecording, recorded } from './walk-record';

export function lookAtWalk(hart: usize, va: u64, access: u32, regime: u32): u32 {
  beginRecording();
  if (at(hart).satp >> 60 && access + regime > 0) walk(hart, va, PROBE, dataPrivilege(hart));
  endRecording();
  return recorded;
}
