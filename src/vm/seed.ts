/** Bytes that the guest's entropy pool starts from (device tree, `/chosen/rng-seed`). */
const RNG_SEED_SIZE = 64;

/** Random bytes, or with a seed always the same ones. */
export function rngSeed(seed: bigint | undefined): Uint8Array {
  const bytes = new Uint8Array(RNG_SEED_SIZE);
  randomBytes(seed)(bytes);
  return bytes;
}

/**
 * A source that fills arrays of up to 64 KiB: from the platform's own, or with a seed always with the
 * same bytes (splitmix64).
 */
export function randomBytes(seed: bigint | undefined): (bytes: Uint8Array) => void {
  if (seed === undefined) return (bytes) => void crypto.getRandomValues(bytes);
  let state = BigInt.asUintN(64, seed);
  return (bytes) => {
    const word = new DataView(new ArrayBuffer(8));
    for (let at = 0; at < bytes.length; at += 8) {
      state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
      let mixed = state;
      mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
      mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
      word.setBigUint64(0, mixed ^ (mixed >> 31n), true);
      bytes.set(new Uint8Array(word.buffer, 0, Math.min(8, bytes.length - at)), at);
    }
  };
}
