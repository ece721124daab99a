import { type GuestProgram, u64 } from '../../programs/program.js';
import { buildSpace, ENTER_SPACE, fillFrames, satpOf, WINDOW, wordAt } from '../space.js';

const SPACES = 4;
const ROUNDS = 512;
const PAGE = 4096;
/** Each space shows its frames in another order: whoever is in the wrong one finds a wrong word. */
const windowOf = (space: number) => ({ pages: 2 * SPACES, frames: 2 * SPACES - space });
/** The page that a space's process looks at: not that of another, with which it would contend for the TLB. */
const placeOf = (space: number) => BigInt(2 * space * (PAGE + 64));

const sum = Array.from({ length: SPACES }, (_, space) =>
  wordAt(placeOf(space), windowOf(space)),
).reduce((total, word) => total + word, 0n);

/** Changes of the address space by `satp`, each with an ASID, and a word looked at after each. */
export const spaceSwitch: GuestProgram = {
  name: 'switch',
  expected: u64(sum * BigInt(ROUNDS)),
  work: { each: SPACES * ROUNDS, unit: 'M/s' },
  setup: `
${fillFrames(2 * SPACES)}
${Array.from({ length: SPACES }, (_, space) => buildSpace(space, windowOf(space))).join('')}
${ENTER_SPACE}`,
  pass: `
  li a0, 0
${Array.from(
  { length: SPACES },
  (_, space) => `
  li a${1 + space}, ${satpOf(space)}
  li s${3 + space}, ${WINDOW + placeOf(space)}`,
).join('')}
  li s1, ${ROUNDS}
1:
${Array.from(
  { length: SPACES },
  (_, space) => `
  csrw satp, a${1 + space}
  ld t0, 0(s${3 + space})
  add a0, a0, t0`,
).join('')}
  addi s1, s1, -1
  bnez s1, 1b`,
};
