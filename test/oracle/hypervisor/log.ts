import { LOG, LOG_ENTRY, LOG_FIELDS, type LogField } from './world.js';

/** What an operation left, by field. */
export type Entry = Readonly<Record<LogField, bigint>>;

/** Reads the log of the world at offset `world`. */
export function entryOf(memory: Uint8Array, world: number, operation: number): Entry {
  const at = world + LOG + LOG_ENTRY * operation;
  const view = new DataView(memory.buffer, memory.byteOffset + at, LOG_ENTRY);
  const entry = {} as Record<LogField, bigint>;
  for (const [n, name] of LOG_FIELDS.entries()) entry[name] = view.getBigUint64(8 * n, true);
  return entry;
}
