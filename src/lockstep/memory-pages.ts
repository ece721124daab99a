import { PAGE_SIZE, RAM_BASE } from '../core/abi.js';
import type { Core } from '../core/core.js';
import type { Both, MemoryDifference } from './result.js';

/** Bytes that are told one by one. */
const TOLD = 16;
const WORDS = PAGE_SIZE / 4;
const ZEROS = new Int32Array(WORDS);

/** The pages of a VM's RAM, and which of them changed since they were last compared. */
export class MemoryPages {
  readonly #core: Core;
  /** The VM's handle, which a reboot changes. */
  readonly #handle: () => number;
  /** The epoch of the last comparison, and since which one pages count as changed. */
  #ended = 0;
  #since = 0;

  constructor(core: Core, handle: () => number) {
    this.#core = core;
    this.#handle = handle;
  }

  /** A comparison begins: an epoch ends. A reboot's machine begins anew to count, and all of it is new. */
  begin(): void {
    const ended = this.#core.exports.vmBeginEpoch(this.#handle()) >>> 0;
    this.#since = ended === this.#ended + 1 ? this.#ended : 0;
    this.#ended = ended;
  }

  /** Whether the page was changed since the comparison before; without one, ever. */
  changed(page: number): boolean {
    return this.#core.exports.vmPageEpoch(this.#handle(), page) >>> 0 > this.#since;
  }

  /** The page's words, good until the next call of the core. */
  words(page: number): Int32Array {
    const frame = this.#core.exports.vmFrame(this.#handle(), page, 0) >>> 0;
    if (frame === 0) return ZEROS;
    return new Int32Array(this.#core.memory.buffer, frame * PAGE_SIZE, WORDS);
  }
}

/** What differs in two VMs' first `pages` pages of RAM: in `all`, or in those that either has changed. */
export function compareMemory(
  sides: Both<MemoryPages>,
  pages: number,
  all: boolean,
): MemoryDifference | undefined {
  const [one, other] = sides;
  for (const side of sides) side.begin();
  const first: { address: bigint; values: Both<number> }[] = [];
  let pagesDiffer = 0;
  let bytesDiffer = 0;
  for (let page = 0; page < pages; page++) {
    if (!all && !one.changed(page) && !other.changed(page)) continue;
    const [a, b] = [one.words(page), other.words(page)];
    if (same(a, b)) continue;
    pagesDiffer++;
    for (const [offset, values] of differing(a, b)) {
      bytesDiffer++;
      if (first.length === TOLD) continue;
      first.push({ address: RAM_BASE + BigInt(page * PAGE_SIZE + offset), values });
    }
  }
  return pagesDiffer === 0 ? undefined : { pages: pagesDiffer, bytes: bytesDiffer, first };
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true;
  for (let i = 0; i < WORDS; i++) if (a[i] !== b[i]) return false;
  return true;
}

function* differing(a: Int32Array, b: Int32Array): Generator<[number, Both<number>]> {
  const [x, y] = [a, b].map((words) => new Uint8Array(words.buffer, words.byteOffset, PAGE_SIZE));
  for (let i = 0; i < PAGE_SIZE; i++) {
    const values = [x?.[i] ?? 0, y?.[i] ?? 0] as const;
    if (values[0] !== values[1]) yield [i, values];
  }
}
