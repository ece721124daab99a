/**
 * Which steps are sampled. Gaps are random, evenly from half to one and a half of the interval: a loop of
 * the guest cannot keep in step with them, and in the long run each step is as likely as any other.
 */
export class SampleSchedule {
  readonly #interval: number;
  #state: number;
  /** The next step to be sampled, counted as the machine counts them: it is sampled after `next - 1`. */
  next: bigint;

  /** @param seed the same gives the same steps */
  constructor(interval: number, seed: number, from: bigint) {
    this.#interval = interval;
    this.#state = seed >>> 0;
    this.next = from;
    this.advance();
  }

  /** Chooses the step after this one. */
  advance(): void {
    const half = Math.floor(this.#interval / 2);
    this.next += BigInt(half + 1 + Math.floor(this.#random() * this.#interval));
  }

  /** Evenly from 0 to below 1: a Weyl sequence, its values mixed by the finalizer of MurmurHash3. */
  #random(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }
}
