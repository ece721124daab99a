/** Numbers that look random and repeat for a seed and a case: xorshift on 32 bits (Marsaglia). */
export class Random {
  #state: number;

  constructor(seed: number, index: number) {
    // Neighbouring seeds and cases are spread over all states, of which 0 is none.
    let mixed = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(index + 1, 0xc2b2_ae35);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
    this.#state = (mixed ^ (mixed >>> 13)) | 1;
    for (let n = 0; n < 4; n++) this.word();
  }

  /** Any 32 bits. */
  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** 0 to `limit` − 1. */
  below(limit: number): number {
    return this.word() % limit;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.word() % times === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}
