/** The translator's part of the ABI: requests, batches, counters. */
import { frameAddress } from '../frames/host';
import { hartOf } from '../vm/vm';
import { emitBatch, forgetRegions, installBatch, rejectBatch } from './batch';
import { executeFromRegion } from './enter';
import { inspectRegion } from './inspect';
import { COUNTERS, Translator, translator } from './state';

/**
 * What regions call, by the table's place 1, for an instruction of the slow tier at `offset` of the page whose code is at `code`: pc, `remaining`
 * and rs1 are in the hart's block, and a step is spent. 0 if the region goes on behind it, rd being in the block; else
 * pc and `remaining` say where and with what control enters anew.
 */
export function regionSlow(hart: usize, code: usize, offset: u32): u32 {
  return executeFromRegion(hart, code, offset);
}

/** Sets a tunable (`TranslatorSetting` in the host layer); pages decoded from now on count to a new threshold. */
export function translatorSet(which: u32, value: u32): void {
  const state = translator();
  if (which === 0) state.threshold = min<u32>(value, 0xffff);
  else if (which === 1) state.eager = value;
  else if (which === 2) state.tailCalls = value;
  else if (which === 3) state.regionInstructions = value;
  else if (which === 4) state.bufferBytes = value;
  else if (which === 5) state.queueLength = value;
  else if (which === 6) state.window = value;
}

/** Requests that wait. */
export function translatorQueued(): u32 {
  return translator().queued;
}

/** Emits a module for at most `most` requests, its functions to stand in the table from `table` on; its bytes. */
export function translatorEmit(table: u32, most: u32): u32 {
  return emitBatch(table, most);
}

/** Functions of the batch that is out. */
export function translatorEmitted(): u32 {
  return translator().batched;
}

/** The batch is in the table: it is entered from now on, where its code is still the same. */
export function translatorInstall(): u32 {
  return installBatch();
}

/** The batch did not compile. */
export function translatorReject(): void {
  rejectBatch();
}

/** All regions go, and all requests. Only between runs. */
export function translatorForget(): void {
  forgetRegions();
}

/** By number (`TRANSLATOR_COUNTERS` in the host layer). */
export function translatorCounter(which: u32): u64 {
  if (which >= COUNTERS) return 0;
  const first = changetype<usize>(translator()) + offsetof<Translator>('requested');
  return load<u64>(first + ((<usize>which) << 3));
}

/**
 * Writes the module with the region at `pc` of a hart alone into the code buffer, without installing it; its bytes. At
 * TRANSFER is then which bytes are which instruction's (jit/marks). 0 if there is no region: at TRANSFER is why.
 */
export function translatorInspect(vm: u32, hart: u32, pc: u64, eager: u32): u32 {
  const address = frameAddress(vm);
  return inspectRegion(address, hartOf(address, hart), pc, eager !== 0);
}
