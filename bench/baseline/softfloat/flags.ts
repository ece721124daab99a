/** The exception flags as they stand in fcsr bits 4..0 (Unprivileged 20.2). */
export const NX = 1;
export const UF = 2;
export const OF = 4;
export const DZ = 8;
export const NV = 16;

/** fcsr while one instruction executes: as it was, and the flags raised since. */
export let flags = 0;

/** Begins an instruction with the value of fcsr. */
export function beginFlags(fcsr: number): void {
  flags = fcsr;
}

/** Adds to the flags. */
export function raise(raised: number): void {
  flags |= raised;
}

/** Raises NX for a rounding error other than zero. */
export function raiseInexact(error: number): void {
  if (error !== 0) flags |= NX;
}
