import { assemble, type Program } from '../../../isa/assembler/assemble.js';
import { Random } from '../../oracle/random.js';
import { DOUBLE, float as floatingPoint, integer } from '../../oracle/values.js';
import { beside, change, patch, remap } from './changing.js';
import { call, choice, func, ifElse, loop } from './control.js';
import { CODE, DATA_SIZE, PAGE, TWIN } from './layout.js';
import { start } from './start.js';
import {
  access,
  accessTogether,
  atomic,
  type Bound,
  compute,
  csr,
  float,
  floatState,
} from './straight.js';
import { device, trap } from './trapping.js';
import { type Mode, Writer } from './writer.js';

/** A random program, to be had again by its seed. */
export interface TranslateProgram {
  readonly code: Program;
  readonly mode: Mode;
  /** Whether page tables are on (Sv39). */
  readonly paged: boolean;
  readonly harts: number;
  /** What the harts' data hold at first, from DATA on. */
  readonly data: Uint8Array;
}

/** What programs are made of more than others. */
export interface Leaning {
  /** Stores over code and changed page tables. Default: in half of the programs. */
  readonly changing?: boolean;
  readonly harts?: number;
}

const FUNCTIONS = 6;
const PATCHES = 6;
/** Calls of one round. */
const FUEL = 40;

export function writeProgram(seed: number, leaning: Leaning = {}): TranslateProgram {
  const random = new Random(seed);
  const mode = random.pick(['M', 'S', 'S', 'U'] as const);
  const paged = mode !== 'M' && !random.oneIn(4);
  const harts = leaning.harts ?? (random.oneIn(5) ? random.between(2, 4) : 1);
  const changing = leaning.changing ?? random.oneIn(2);
  const functions = Array.from({ length: FUNCTIONS }, (_, n) => `f${n}`);
  const patches = Array.from({ length: PATCHES }, (_, n) => `patch${n}`);
  const callable = [...functions, ...functions, 'twin', 'twin_far'];
  const writer = new Writer(random, mode, paged, harts, callable, patches);
  start(writer);
  const unplaced = [...patches];
  const part = parts(writer, changing, unplaced);
  writer.write('main:', `li s9, ${FUEL}`);
  for (const name of functions) if (random.oneIn(2)) writer.write(`call ${name}`);
  part(0);
  writer.write('j main');
  for (const name of functions) {
    if (random.oneIn(2)) {
      // So that the function crosses the page's end, maybe in the middle of an instruction.
      writer.write('.balign 4096', `.zero ${4096 - 2 * random.between(10, 150)}`);
    }
    func(writer, name, () => {
      for (let n = random.between(2, 6); n > 0; n--) part(0);
    });
  }
  for (const label of unplaced.splice(0)) patch(writer, label);
  writer.write('ret');
  twins(writer);
  const code = assemble(writer.source, { origin: CODE });
  return { code, mode, paged, harts, data: data(random, harts) };
}

/** Writes one part, with loops so deep around it. */
function parts(writer: Writer, changing: boolean, unplaced: string[]): (depth: number) => void {
  const { random } = writer;
  const bound: Bound = { writer, random, write: (...lines) => writer.write(...lines) };
  // Nested parts multiply: the deeper, the plainer.
  let nesting = 0;
  const body = (depth: number) => {
    nesting++;
    for (let n = random.between(1, 3); n > 0; n--) part(depth);
    nesting--;
  };
  const part = (depth: number) => {
    const label = unplaced[0];
    if (label !== undefined && random.oneIn(8)) {
      unplaced.shift();
      patch(writer, label);
    }
    switch (random.below(nesting > 2 ? 18 : 26)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        return compute(bound);
      case 6:
      case 7:
        return access(bound);
      case 8:
      case 9:
        return accessTogether(bound);
      case 10:
        return atomic(bound);
      case 11:
        return csr(bound);
      case 12:
      case 13:
        return float(bound);
      case 14:
        return random.oneIn(3) ? floatState(bound) : compute(bound);
      case 15:
        return random.oneIn(3) ? trap(bound) : compute(bound);
      case 16:
        return random.oneIn(4) ? device(bound) : access(bound);
      case 17:
        if (!changing || !random.oneIn(3)) return compute(bound);
        return random.pick([beside, change, remap])(bound);
      case 18:
      case 19:
        return ifElse(bound, depth, body);
      case 20:
      case 21:
      case 22:
        return loop(bound, depth, body);
      case 23:
        return choice(bound, depth, body);
      default:
        return call(bound);
    }
  };
  return part;
}

/**
 * The page in whose place another one comes, with the same places of its functions. An instruction lies across its
 * end; each page begins with the second half of one.
 */
function twins(writer: Writer): void {
  for (const [n, suffix] of ['', '_other'].entries()) {
    const page = TWIN + BigInt(n) * PAGE;
    // addi a4, a4, 16 + n: the upper half here, the lower half at a page's end.
    writer.write(`.org ${page}`, `.half ${((16 + n) << 4) | 7}`);
    writer.place(`twin${suffix}`);
    writer.write('li t5, 9');
    writer.place(`twin_head${suffix}`);
    writer.write(`addi a0, a0, ${n + 1}`, `xori a1, a1, ${7 * n}`, 'ld a2, 0(s0)');
    // Different lengths behind the same beginning.
    if (n === 1) writer.write('c.nop', 'add a2, a2, a0');
    writer.write('addi t5, t5, -1', `bnez t5, twin_head${suffix}`, 'ret');
    writer.write(`.org ${page + PAGE - 4n}`);
    writer.place(`twin_far${suffix}`);
    writer.write(`c.addi a3, ${n + 1}`, '.half 0x0713');
  }
  writer.write('.half 0x0207', 'ret');
}

/** Numbers of all kinds: floating point, edges of integers, small ones. */
function data(random: Random, harts: number): Uint8Array {
  const bytes = new Uint8Array(harts * Number(DATA_SIZE));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 8) {
    const value = random.oneIn(3)
      ? floatingPoint(random, DOUBLE)
      : random.oneIn(2)
        ? integer(random)
        : (BigInt(random.below(2)) << 62n) | (0x3ff0n << 48n) | (BigInt(random.u32()) << 20n);
    view.setBigUint64(at, value, true);
  }
  return bytes;
}
