/** Bytes that the guest's entropy pool starts from (device tree, `/chosen/rng-seed`). */
const RNG_SEED_SIZE = 64;

/** Random bytes, or with a seed always the same ones (splitmix64). */
export function rngSeed(seed: bigint | undefined): Uint8Array {
  const bytes = new Uint8Array(RNG_SEED_SIZE);
  if (seed === undefined) return crypto.getRandomValues(bytes);
  const view = new DataView(bytes.buffer);
  let state = BigInt.asUintN(64, seed);
  for (let at = 0; at < bytes.length; at += 8) {
    state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
    let mixed = state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
    view.setBigUint64(at, mixed ^ (mixed >> 31n), true);
  }
  return bytes;
}
