import { findRow, ROWS } from '../../../isa/table.js';
import { FULL_CPU } from '../cpu.js';
import { isUnsettled } from '../deviations.js';
import type { Random } from '../random.js';

/** A word that is no instruction of the compared hart: often one bit away from one. */
export function illegalWord(random: Random): number {
  for (;;) {
    const near = random.pick(ROWS);
    const length = random.oneIn(2) ? near.length : random.pick([2, 4] as const);
    let word = near.match;
    if (length === 4 || near.length === 4) {
      word = ((random.u32() & ~near.mask) | near.match) ^ (1 << random.below(32));
      if (random.oneIn(4)) word = random.u32() | 3;
    } else {
      word = ((random.u32() & ~near.mask & 0xffff) | near.match) ^ (1 << random.below(16));
    }
    word >>>= 0;
    if ((word & 3) !== 3) word &= 0xffff;
    // Longer encodings are reserved as a whole (Unprivileged 1.5).
    if (findRow(word, FULL_CPU.extensions) === undefined && !isUnsettled(word)) return word;
  }
}
