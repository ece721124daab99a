/**
 * Decoded code of a RAM page. A slot of two words stands for each halfword, so that a slot's first word has
 * the index that the instruction has in its page, in bytes:
 *
 * ```
 * +0  op (bits 7..0) | 2 × rd (13..8) | 2 × rs1 (19..14) | 2 × rs2 (25..20) | bytes (31..29)
 * +1  immediate; of a slow op the instruction word; of a branch or jump to a fixed target its offset in the page
 * ```
 * Two slots behind the last lead out of the page, the second for a 4-byte instruction in the last halfword.
 */
import { Op } from './op.js';

/** First words of the slots behind the last. */
const END = 4096;
const WORDS = END + 4;
const LINE_SHIFT = 6;
const LINE_BYTES = 1 << LINE_SHIFT;

export class CodePage {
  /** Its number in its VM's cache: what a fetch entry's addend says. */
  readonly number: number;
  /** RAM page that it was made from, -1 for none. */
  page = -1;
  /** Which lines of 64 bytes slots were made from, a bit each. */
  #linesLow = 0;
  #linesHigh = 0;
  readonly slots = new Int32Array(WORDS);

  constructor(number: number) {
    this.number = number;
    this.clear();
  }

  clear(): void {
    this.slots.fill(0);
    this.slots[END] = Op.PAGE_END;
    this.slots[END + 2] = Op.PAGE_END;
    this.#linesLow = 0;
    this.#linesHigh = 0;
  }

  get hasLines(): boolean {
    return (this.#linesLow | this.#linesHigh) !== 0;
  }

  #isMarked(line: number): boolean {
    return (((line < 32 ? this.#linesLow : this.#linesHigh) >>> (line & 31)) & 1) !== 0;
  }

  /** Marks the line of a decoded halfword; whether it is the page's first. */
  mark(offset: number): boolean {
    const first = !this.hasLines;
    const line = offset >> LINE_SHIFT;
    if (line < 32) this.#linesLow |= 1 << line;
    else this.#linesHigh |= 1 << (line & 31);
    return first;
  }

  /** Drops what was decoded from the lines that `bytes` bytes at `offset` touch. */
  drop(offset: number, bytes: number): void {
    const last = (offset + bytes - 1) >> LINE_SHIFT;
    for (let line = offset >> LINE_SHIFT; line <= last; line++) {
      if (!this.#isMarked(line)) continue;
      if (line < 32) this.#linesLow &= ~(1 << line);
      else this.#linesHigh &= ~(1 << (line & 31));
      const first = line * LINE_BYTES;
      this.slots.fill(0, first, first + LINE_BYTES);
      // A 4-byte instruction that begins in the line before may end in this one.
      if (line > 0) this.slots[first - 2] = Op.UNDECODED;
    }
  }
}
