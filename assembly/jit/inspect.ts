/** A look at what code would become: its region is written, but not installed and not counted. */

import { beginRecording, endRecording } from '../debug/walk-record';
import { codePage } from '../exec/code-page';
import { frameRecord } from '../frames/host';
import { isRamPage, MAP_FRAME_MASK, MAP_PRESENT, mapEntry, mapState } from '../frames/map';
import { Op } from '../generated/ops';
import { at } from '../hart/hart';
import { CODE_BUFFER_SIZE, PAGE_MASK, PAGE_SHIFT, RAM_BASE, TRANSFER } from '../layout';
import { PROBE } from '../mmu/entry';
import { isTranslated, setFetchRegime } from '../mmu/regime';
import { walk, walkedAddress } from '../mmu/walk';
import { FUNCTIONS, finishModule } from './batch';
import { BUFFER_BEGIN, cursor, overflow, setCursor } from './code';
import { writeFunction } from './function';
import { discover } from './graph';
import { beginMarks, endMarks } from './marks';
import { arrange } from './order';
import { opAt } from './source';
import { translator } from './state';

/** Why there is no region (`NO_REGION_CAUSES` in the host layer). */
const UNMAPPED: u32 = 0;
const UNDECODED: u32 = 1;
const UNTRANSLATABLE: u32 = 2;
const NO_ROOM: u32 = 3;

/** Of a region on a host that translates nothing, and has set nothing. */
const MOST_INSTRUCTIONS: u32 = 512;

/**
 * The frame that `pc` is in, by the tables that the hart fetches by; 0 if there is none. Permissions are not asked
 * for: a kernel's code can be looked at while its process runs. Changes nothing.
 */
function frameOf(vm: usize, hart: usize, pc: u64): u32 {
  setFetchRegime(hart);
  let address = pc;
  if (isTranslated(hart)) {
    beginRecording();
    const found = walk(hart, pc, PROBE);
    endRecording();
    if (!found) return 0;
    address = walkedAddress;
  }
  const page = (address - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) return 0;
  const entry = mapEntry(vm, <u32>page);
  const state = entry ? mapState(entry) : 0;
  return state & MAP_PRESENT ? state & MAP_FRAME_MASK : 0;
}

function none(cause: u32): u32 {
  store<u32>(TRANSFER, cause);
  return 0;
}

/**
 * Writes the module of the region at `pc` into the code buffer and its marks to TRANSFER; the module's bytes. 0 if
 * there is no region: its cause is at TRANSFER.
 */
export function inspectRegion(vm: usize, hart: usize, pc: u64, eager: bool): u32 {
  const frame = frameOf(vm, hart, pc);
  if (!frame) return none(UNMAPPED);
  if (!eager && !frameRecord(frame).codePage) return none(UNDECODED);
  const state = translator();
  const wasEager = state.eager;
  const most = state.regionInstructions;
  state.eager = eager ? 1 : 0;
  if (!most) state.regionInstructions = MOST_INSTRUCTIONS;
  const offset = <u32>pc & PAGE_MASK;
  const found = discover(codePage(vm, frame, at(hart).extensions), offset);
  state.eager = wasEager;
  state.regionInstructions = most;
  if (!found) return none(opAt(offset) === Op.UNDECODED ? UNDECODED : UNTRANSLATABLE);
  arrange();
  setCursor(FUNCTIONS);
  beginMarks();
  const room = min<u32>(state.bufferBytes || CODE_BUFFER_SIZE, CODE_BUFFER_SIZE);
  writeFunction(BUFFER_BEGIN + room);
  const bytes = <u32>(cursor - FUNCTIONS);
  const size = overflow ? 0 : finishModule(1, 0);
  endMarks(FUNCTIONS, size - bytes);
  return size ? size : none(NO_ROOM);
}
