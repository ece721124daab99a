import { encode, type Image } from '../code.js';
import type { Random } from '../random.js';
import { OTHER_ASIDS, SCHEMES } from './address-space.js';
import { CODE, DATA_PAGES, END, LANDING, LANDING_SIZE, PAGE } from './block.js';
import {
  accessMode,
  counter,
  csrAccess,
  floatState,
  interrupts,
  lower,
  timer,
  translation,
  vectors,
} from './csr-groups.js';
import {
  access,
  accessShort,
  branch,
  call,
  compute,
  computeShort,
  environment,
  float,
  type Group,
  illegal,
  loop,
  modify,
  NOP,
  reserve,
} from './groups.js';
import { writeTables } from './page-tables.js';
import { remap } from './remap-group.js';
import {
  MACHINE,
  type Mode,
  type StartState,
  SUPERVISOR,
  USER,
  writeStart,
} from './start-state.js';

/** `c.jr x1`, with which landing pages are filled. */
const RETURN = encode('c.jr', { 'c.rd': 1 });

/** Half of an instruction that does nothing, at the end of a page: the other half is on the next. */
const FIRST_HALF = encode('addi') & 0xffff;

/** A random program in its block. */
export interface RandomProgram {
  readonly state: StartState;
  readonly groups: readonly Group[];
  /** For each group the offset of its first word in RAM. */
  readonly offsets: readonly number[];
}

/** Fills the block at offset `block` with a program of 100 to 1,000 instructions. */
export function writeProgram(
  image: Image,
  block: number,
  random: Random,
  locked: boolean,
): RandomProgram {
  const first = random.pick([USER, USER, SUPERVISOR, SUPERVISOR, MACHINE] as const);
  const scheme = random.oneIn(6) ? 'bare' : random.pick(SCHEMES.slice(1));
  const steady = random.oneIn(3);
  const state: StartState = {
    mode: first,
    scheme,
    asid: random.below(OTHER_ASIDS),
    steady,
    other: !steady && scheme === 'sv39',
    locked,
    lowers: random.oneIn(2),
    fencesTrap: random.oneIn(6),
    waitsTrap: random.oneIn(3),
    comparator: random.oneIn(2),
  };
  for (let at = 0; at < DATA_PAGES * PAGE; at += 8) image.set64(block + at, random.u64());
  for (let at = LANDING; at < LANDING + LANDING_SIZE; at += 2) image.set16(block + at, RETURN);
  image.set16(block + LANDING + PAGE - 2, FIRST_HALF);
  const guarded = writeStart(image, block, random, state) || first === MACHINE;
  writeTables(image, block, random, { guarded, other: state.other });

  const length = random.between(100, 1000);
  const groups: Group[] = [];
  let mode = state.mode;
  for (let words = 0; words < length; ) {
    const next = lowerMode(random, state, mode);
    const group =
      next === mode
        ? randomGroup(random, block, { ...state, mode }, first)
        : lower(random, block, mode, next, state);
    mode = next;
    groups.push(group);
    words += group.words.length;
  }
  const offsets = place(image, block, groups);
  return { state, groups, offsets };
}

/** Writes the groups' words, then the jump to the block's end. */
function place(image: Image, block: number, groups: readonly Group[]): number[] {
  const offsets: number[] = [];
  let at = block + CODE;
  for (const { words } of groups) {
    offsets.push(at);
    at += 4 * words.length;
  }
  const last = at;
  for (const [n, { words, branch }] of groups.entries()) {
    const from = offsets[n] ?? 0;
    for (const [i, word] of words.entries()) image.set32(from + 4 * i, word);
    if (branch === undefined) continue;
    const source = from + 4 * branch.at;
    image.set32(source, branch.word((offsets[n + branch.reach] ?? last) - source));
  }
  image.set32(last, encode('jal', { immJ: block + END - last }));
  image.set32(block + END, encode('ecall'));
  return offsets;
}

/** Replaces a group by instructions that do nothing, in as many bytes. */
export function silence(image: Image, program: RandomProgram, n: number): void {
  const words = program.groups[n]?.words.length ?? 0;
  for (let i = 0; i < words; i++) image.set32((program.offsets[n] ?? 0) + 4 * i, NOP);
}

/** The mode to go on in. S-mode keeps the scheme that U-mode's addresses need only if it may not change it. */
function lowerMode(random: Random, state: StartState, mode: Mode): Mode {
  if (mode === USER || !random.oneIn(120)) return mode;
  if (mode === MACHINE) return state.lowers ? random.pick([SUPERVISOR, USER]) : mode;
  return state.mode === SUPERVISOR && state.other ? USER : mode;
}

/** A group for `state.mode`; a branch may have skipped the way down from the mode `first`. */
function randomGroup(random: Random, block: number, state: StartState, first: Mode): Group {
  const machine = state.mode === MACHINE;
  if (state.mode === SUPERVISOR && !state.fencesTrap && random.oneIn(15)) {
    if (state.other) return translation(random, block, state);
    if (state.steady) return remap(random, block, state);
  }
  switch (random.below(30)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return compute(random);
    case 4:
    case 5:
      return computeShort(random);
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
      return access(random);
    case 12:
    case 13:
      return accessShort(random);
    case 14:
      return modify(random);
    case 15:
      return reserve(random);
    case 16:
    case 17:
    case 18:
      return float(random);
    case 19:
    case 20:
      return branch(random);
    case 21:
      return loop(random);
    case 22:
      return call(random);
    case 23:
      return random.oneIn(2) ? illegal(random) : counter(random);
    case 24:
      return environment(random, first === USER || (state.waitsTrap && first !== MACHINE));
    case 25:
      return random.oneIn(2) ? floatState(random) : vectors(random, machine);
    case 26:
      return accessMode(random, machine);
    case 27:
      return random.oneIn(4) && (state.comparator || first !== MACHINE)
        ? timer(random)
        : interrupts(random, machine);
    case 28:
      return state.fencesTrap || random.oneIn(2)
        ? translation(random, block, state)
        : remap(random, block, state);
    default:
      return csrAccess(random, state.lowers);
  }
}
