/**
 * A translation looked at: each page-table entry that the walk reads is written down at TRANSFER, for
 * `hartWalk`. The table of records follows the outcome.
 *
 * ```
 * +0   cause     u64  exception code of the walk (Privileged 3.1.15), all ones if it translates
 * +8   gpa       u64  what the first stage yields: with a G-stage a guest-physical address
 * +16  physical  u64  what the whole walk yields
 * +24  faulted   u64  of a guest-page fault the guest-physical address that has no translation
 * +32  records: stage u32 (0 of satp or vsatp, 1 of hgatp), level u32, address u64 as the stage's
 *      tables name it, physical address u64, entry u64
 * ```
 */
import { TRANSFER } from '../layout';

export const WALK_RECORDS: usize = 32;
export const WALK_RECORD: usize = 32;
/** Sv57 over Sv57x4 reads 5 × 6 + 5 entries. */
const MOST: u32 = 64;

/** Whether walks are written down, and how many entries were. */
export let recording: bool = false;
export let recorded: u32 = 0;

export function beginRecording(): void {
  recording = true;
  recorded = 0;
}

export function endRecording(): void {
  recording = false;
}

export function recordOutcome(cause: u64, gpa: u64, physical: u64, faulted: u64): void {
  store<u64>(TRANSFER, cause);
  store<u64>(TRANSFER, gpa, 8);
  store<u64>(TRANSFER, physical, 16);
  store<u64>(TRANSFER, faulted, 24);
}

export function recordEntry(stage: u32, level: u32, address: u64, physical: u64, entry: u64): void {
  if (recorded === MOST) return;
  const at64 = TRANSFER + WALK_RECORDS + <usize>recorded * WALK_RECORD;
  store<u32>(at64, stage);
  store<u32>(at64, level, 4);
  store<u64>(at64, address, 8);
  store<u64>(at64, physical, 16);
  store<u64>(at64, entry, 24);
  ++recorded;
}
