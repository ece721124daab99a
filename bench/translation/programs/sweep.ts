import { type GuestProgram, u64 } from '../../programs/program.js';
import { buildSpace, ENTER_SPACE, fillFrames, WINDOW, type Window, wordAt } from '../space.js';

/** A page and a cache line: the lines looked at are not all of one set of the host's caches. */
const STRIDE = 4096 + 64;

interface Sweep {
  readonly name: string;
  readonly window: Window;
  /** Bytes of the window that are gone through. */
  readonly bytes: number;
  /** How often a pass does that. */
  readonly rounds: number;
}

/** Loads and stores back a word in each page of the window, one after the other. */
function sweep({ name, window, bytes, rounds }: Sweep): GuestProgram {
  const looks = Math.floor(bytes / STRIDE);
  let sum = 0n;
  for (let i = 0; i < looks; i++) sum += wordAt(BigInt(i * STRIDE), window);
  return {
    name,
    expected: u64(sum * BigInt(rounds)),
    work: { each: 2 * looks * rounds, unit: 'M/s' },
    setup: `
${fillFrames(window.frames, window.level)}
${buildSpace(0, window)}
${ENTER_SPACE}`,
    pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(looks * STRIDE)}
  li a4, ${rounds}
1:
  li a1, ${WINDOW}
2:
  ld t0, 0(a1)
  add a0, a0, t0
  sd t0, 0(a1)
  add a1, a1, a2
  bne a1, a3, 2b
  addi a4, a4, -1
  bnez a4, 1b`,
  };
}

const PAGE = 4096;

/** Accesses to 512 pages, which the TLB holds. */
export const hit = sweep({
  name: 'hit',
  window: { pages: 512, frames: 64 },
  bytes: 512 * PAGE,
  rounds: 64,
});

/** Accesses to 8,192 pages: each look at a page walks three tables for the load, and again for the store. */
export const miss = sweep({
  name: 'miss',
  window: { pages: 8192, frames: 64 },
  bytes: 8192 * PAGE,
  rounds: 1,
});

/** The same by 16 pages of 2 MiB: two tables. */
export const superpage = sweep({
  name: 'superpage',
  window: { pages: 16, level: 1, frames: 1 },
  bytes: 8192 * PAGE,
  rounds: 1,
});
