import { ConfigurationError } from '../../core/errors.js';

/** Bytes of a block whose changes are told of. */
export const BLOCK_SIZE = 65536;
/** Blocks of a chunk of the map. */
const CHUNK = 1024;

/** A change that has begun and not ended. */
export interface UnderWay {
  readonly offset: number;
  readonly length: number;
}

/**
 * Which blocks of a disk changed since when, for any number of who want to know. A mark ends an epoch,
 * and each block knows the epoch of its last change. Nothing is recorded before the first mark.
 */
export class ChangedBlocks {
  /** By chunk: its blocks' epochs, or the one that all of them have. */
  readonly #chunks: Map<number, Uint32Array | number>;
  /** Chunks whose array no other map has. */
  readonly #own = new Set<number>();
  readonly #underWay = new Set<UnderWay>();
  #epoch: number;

  constructor(epoch = 0, chunks = new Map<number, Uint32Array | number>()) {
    this.#epoch = epoch;
    this.#chunks = chunks;
  }

  /** The same for a disk that begins as this one is: marks of this one are good for it too. */
  share(): ChangedBlocks {
    this.#own.clear();
    return new ChangedBlocks(this.#epoch, new Map(this.#chunks));
  }

  /** Ends an epoch and returns it. What is under way counts as changed before and after. */
  mark(): number {
    const ended = this.#epoch++;
    for (const { offset, length } of this.#underWay) this.note(offset, length);
    return ended;
  }

  /** A change begins now; `end` is to follow. */
  begin(offset: number, length: number): UnderWay {
    const change = { offset, length };
    this.#underWay.add(change);
    this.note(offset, length);
    return change;
  }

  end(change: UnderWay): void {
    this.#underWay.delete(change);
  }

  /** A change that begins and ends now. */
  note(offset: number, length: number): void {
    if (this.#epoch === 0 || length === 0) return;
    const end = Math.floor((offset + length - 1) / BLOCK_SIZE) + 1;
    for (let block = Math.floor(offset / BLOCK_SIZE); block < end; ) {
      const chunk = Math.floor(block / CHUNK);
      const from = block % CHUNK;
      const to = Math.min(CHUNK, from + end - block);
      block += to - from;
      if (this.#chunks.get(chunk) === this.#epoch) continue;
      if (to - from === CHUNK) this.#chunks.set(chunk, this.#epoch);
      else this.#array(chunk).fill(this.#epoch, from, to);
    }
  }

  /**
   * Numbers of blocks that changed since a mark, ascending.
   *
   * @throws ConfigurationError for what is no mark
   */
  *since(mark: number): Generator<number> {
    if (!Number.isInteger(mark) || mark < 0 || mark >= this.#epoch) {
      const right = this.#epoch === 0 ? 'none was made' : `marks go from 0 to ${this.#epoch - 1}`;
      throw new ConfigurationError(`the disk has no mark ${mark}; ${right}`);
    }
    for (const chunk of [...this.#chunks.keys()].sort((a, b) => a - b)) {
      const epochs = this.#chunks.get(chunk) as Uint32Array | number;
      if (typeof epochs === 'number' && epochs <= mark) continue;
      for (let index = 0; index < CHUNK; index++) {
        const epoch = typeof epochs === 'number' ? epochs : (epochs[index] as number);
        if (epoch > mark) yield chunk * CHUNK + index;
      }
    }
  }

  /** The epochs of a chunk, to be written to. */
  #array(chunk: number): Uint32Array {
    const there = this.#chunks.get(chunk);
    if (there instanceof Uint32Array && this.#own.has(chunk)) return there;
    const epochs = new Uint32Array(CHUNK);
    if (there instanceof Uint32Array) epochs.set(there);
    else if (there !== undefined) epochs.fill(there);
    this.#chunks.set(chunk, epochs);
    this.#own.add(chunk);
    return epochs;
  }
}
