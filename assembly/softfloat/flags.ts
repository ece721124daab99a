/** The exception flags as they stand in fcsr bits 4..0 (Unprivileged 20.2). */
export const NX: u32 = 1;
export const UF: u32 = 2;
export const OF: u32 = 4;
export const DZ: u32 = 8;
export const NV: u32 = 16;

/** Flags raised since the last take; lives only within one call into the core. */
let flags: u32 = 0;

/** Adds to the raised flags. */
export function raise(raised: u32): void {
  flags |= raised;
}

/** Forgets all raised flags: to be called before the first operation of an instruction. */
export function clearFlags(): void {
  flags = 0;
}

/** Returns the flags raised since they were cleared, and clears them. */
export function takeFlags(): u32 {
  const taken = flags;
  flags = 0;
  return taken;
}
