/** Bytes that the guest's entropy pool starts from (device tree, `/chosen/rng-seed`). */
const RNG_SEED_SIZE = 64;

/** Random bytes, or with a seed always the same ones. */
export function rngSeed(seed: bigint | undefined): Uint8Array {
  const bytes = new Uint8Array(RNG_SEED_SIZE);
  new RandomBytes(seed).fill(bytes);
  return bytes;
}

/** A source of random bytes: the platform's own, or with a seed always the same ones (splitmix64). */
export class RandomBytes {
  #state: bigint | undefined;

  constructor(seed?: bigint) {
    this.#state = seed === undefined ? undefined : BigInt.asUintN(64, seed);
  }

  /** Where a seeded source stands, a decimal number; null for the platform's. */
  get state(): string | null {
    return this.#state === undefined ? null : String(this.#state);
  }

  set state(state: string | null) {
    this.#state = state === null ? undefined : BigInt.asUintN(64, BigInt(state));
  }

  /** Fills up to 64 KiB. */
  fill(bytes: Uint8Array): void {
    let state = this.#state;
    if (state === undefined) {
      crypto.getRandomValues(bytes);
      return;
    }
    const word = new DataView(new ArrayBuffer(8));
    for (let at = 0; at < bytes.length; at += 8) {
      state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
      let mixed = state;
      mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
      mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
      word.setBigUint64(0, mixed ^ (mixed >> 31n), true);
      bytes.set(new Uint8Array(word.buffer, 0, Math.min(8, bytes.length - at)), at);
    }
    this.#state = state;
  }
}
