import type { GuestProgram } from '../../programs/program.js';
import { buildSpace, ENTER_SPACE, WINDOW } from '../space.js';

/** Twice what the TLB holds for fetches. */
const PAGES = 1024;
const ROUNDS = 8;
const STRIDE = 4096 + 64;
/** Jumps of a round: as many as strides fit. */
const JUMPS = Math.floor((PAGES * 4096) / STRIDE);
const JUMP = 64;

/** A page of code that 1,024 virtual pages show: at each of its lines, a jump into the next page and line. */
const LINES = Array.from(
  { length: 4096 / JUMP },
  () => `
.balign ${JUMP}
  addi a0, a0, 1
  add a1, a1, a2
  bgeu a1, a3, 1f
  jr a1
1:
  ret`,
).join('');

/** Jumps from page to page through more pages than the TLB holds for fetches. */
export const fetchMiss: GuestProgram = {
  name: 'fetch-miss',
  expected: BigInt(JUMPS * ROUNDS),
  work: { each: JUMPS * ROUNDS, unit: 'M/s' },
  setup: `
${buildSpace(0, { pages: PAGES, frames: 1, code: 'fetch_page' })}
${ENTER_SPACE}`,
  pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(JUMPS * STRIDE)}
  li a4, ${ROUNDS}
1:
  li a1, ${WINDOW}
  jalr a1
  addi a4, a4, -1
  bnez a4, 1b`,
  routines: `
.balign 4096
fetch_page:
${LINES}
.balign 4096`,
};
