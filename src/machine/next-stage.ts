/**
 * What a loader tells OpenSBI's FW_DYNAMIC about the program that it is to start: its `struct
 * fw_dynamic_info`, version 2, six 64-bit words (OpenSBI, docs/firmware/fw_dynamic.md). Firmware that
 * does not ask for it ignores it.
 */
export const NEXT_STAGE_SIZE = 6 * 8;

/** "OSBI". */
const MAGIC = 0x4942534fn;
const VERSION = 2n;
/** Modes are numbered as privileges are (Privileged 1.2). */
const SUPERVISOR = 1n;
const NO_OPTIONS = 0n;

/** The record for a program in S-mode at `entry`, begun by hart 0; `entry` 0 if there is none. */
export function nextStageRecord(entry: bigint): Uint8Array {
  const words = [MAGIC, VERSION, entry, SUPERVISOR, NO_OPTIONS, 0n];
  const bytes = new Uint8Array(NEXT_STAGE_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(8 * i, word, true);
  return bytes;
}
