import { type GuestProgram, u64 } from '../../programs/program.js';
import { buildSpace, ENTER_SPACE, fillFrames, WINDOW, wordAt } from '../space.js';

const PLACES = 16;
/** Pages so far apart have one entry of the TLB in common; a cache line more keeps the host's caches out of it. */
const STRIDE = 1024 * 4096 + 64;
const ROUNDS = 128;
const WINDOW_OF = { pages: PLACES * 1024, frames: 64 };

function model(): bigint {
  let sum = 0n;
  for (let i = 0; i < PLACES; i++) sum += wordAt(BigInt(i * STRIDE), WINDOW_OF);
  return u64(sum * BigInt(ROUNDS));
}

/** Accesses to 16 pages that contend for one entry of the TLB, again and again. */
export const thrash: GuestProgram = {
  name: 'thrash',
  expected: model(),
  work: { each: 2 * PLACES * ROUNDS, unit: 'M/s' },
  setup: `
${fillFrames(WINDOW_OF.frames)}
${buildSpace(0, WINDOW_OF)}
${ENTER_SPACE}`,
  pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(PLACES * STRIDE)}
  li a4, ${ROUNDS}
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
