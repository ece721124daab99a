/**
 * The extensions and modes a CPU model can offer, each with its bit in a hart's extension set.
 *
 * Bits 0 to 25 are those of `misa` (Privileged 3.1.1), so that the low half of a set is the
 * Extensions field; the multi-letter extensions follow from bit 32 on.
 */
export const EXTENSION_BITS = {
  A: 0,
  C: 2,
  D: 3,
  F: 5,
  H: 7,
  I: 8,
  M: 12,
  S: 18,
  U: 20,
  SV48: 32,
  SV57: 33,
  SVADU: 34,
  SSTC: 35,
  SVNAPOT: 36,
  SVPBMT: 37,
  ZICSR: 38,
  ZIFENCEI: 39,
  ZICNTR: 40,
  ZICOND: 41,
  ZBA: 42,
  ZBB: 43,
  ZBS: 44,
} as const;

export type ExtensionName = keyof typeof EXTENSION_BITS;

/** All extension names, in the order of their bits. */
export const EXTENSION_NAMES = (Object.keys(EXTENSION_BITS) as ExtensionName[]).sort(
  (a, b) => EXTENSION_BITS[a] - EXTENSION_BITS[b],
);

/** The set that holds exactly the named extensions. */
export function extensionSet(names: Iterable<ExtensionName>): bigint {
  let set = 0n;
  for (const name of names) set |= 1n << BigInt(EXTENSION_BITS[name]);
  return set;
}

/** The set of all extensions. */
export const ALL_EXTENSIONS = extensionSet(EXTENSION_NAMES);

/** Whether every one of `names` is in `set`. */
export function hasExtensions(set: bigint, names: Iterable<ExtensionName>): boolean {
  const wanted = extensionSet(names);
  return (set & wanted) === wanted;
}
