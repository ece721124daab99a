import { type GuestProgram, u64 } from '../../programs/program.js';
import { buildSpace, ENTER_SPACE, fillFrames, WINDOW, wordAt } from '../space.js';

const PAGES = 8;
const STRIDE = 4096 + 64;
const WINDOW_OF = { pages: 2 * PAGES, frames: 2 * PAGES };
const FENCES = 256;

const words = Array.from({ length: PAGES }, (_, i) => wordAt(BigInt(i * STRIDE), WINDOW_OF));
const sum = words.reduce((total, word) => total + word, 0n);

const setup = `
${fillFrames(WINDOW_OF.frames)}
${buildSpace(0, WINDOW_OF)}
${ENTER_SPACE}`;

/** Loads a word of each of the eight pages. */
const LOOK_AT_ALL = `
  li a1, ${WINDOW}
2:
  ld t0, 0(a1)
  add a0, a0, t0
  add a1, a1, a2
  bne a1, a3, 2b`;

function fenceOfMany(name: string, fence: string): GuestProgram {
  return {
    name,
    expected: u64(sum * BigInt(FENCES)),
    work: { each: FENCES, unit: 'M/s' },
    setup,
    pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(PAGES * STRIDE)}
  li a4, ${FENCES}
  li a5, 1
1:
  ${fence}
${LOOK_AT_ALL}
  addi a4, a4, -1
  bnez a4, 1b`,
  };
}

/** Fences of all translations, and eight pages looked at after each. */
export const fenceAll = fenceOfMany('fence-all', 'sfence.vma');

/** Fences of the running address space, by its ASID; global pages, such as the code's, stay. */
export const fenceAsid = fenceOfMany('fence-asid', 'sfence.vma zero, a5');

/** Fences of one page, which is looked at after each. */
export const fenceAddress: GuestProgram = {
  name: 'fence-address',
  expected: u64(sum * BigInt(FENCES)),
  work: { each: PAGES * FENCES, unit: 'M/s' },
  setup,
  pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(PAGES * STRIDE)}
  li a4, ${FENCES}
1:
  li a1, ${WINDOW}
2:
  sfence.vma a1, zero
  ld t0, 0(a1)
  add a0, a0, t0
  add a1, a1, a2
  bne a1, a3, 2b
  addi a4, a4, -1
  bnez a4, 1b`,
};
