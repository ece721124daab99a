import { F_NAMES } from '../../../isa/notation.js';
import type { Row } from '../../../isa/row.js';
import { ROWS } from '../../../isa/table.js';
import type { Random } from '../../oracle/random.js';
import { WINDOW_PAGES, WINDOW_STRIDE } from './layout.js';
import { FREE, NEAR, type Writer } from './writer.js';

const INTEGER = ROWS.filter(
  ({ shape, length }) => length === 4 && ['register', 'immediate', 'shift'].includes(shape),
);
const SHORT = ROWS.filter(
  ({ shape, name }) =>
    name.startsWith('c.') &&
    ['register', 'immediate', 'shift'].includes(shape) &&
    !['c.addi16sp', 'c.addi4spn', 'c.nop'].includes(name),
);
const FLOAT = ROWS.filter(
  ({ extensions, shape }) => shape === 'slow' && (extensions[0] === 'F' || extensions[0] === 'D'),
);
const LOADS = ['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'];
const STORES = ['sb', 'sh', 'sw', 'sd'];
const AMOS = ROWS.filter(({ name }) => name.startsWith('amo')).map(({ name }) => name);
const ROUNDINGS = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];

/** One operand of an instruction, by the field's name. */
function operand(random: Random, field: string): string {
  switch (field) {
    case 'rd':
      return random.oneIn(40) ? 'zero' : random.pick(FREE);
    case 'rs1':
    case 'rs2':
      return random.oneIn(12) ? random.pick(['zero', 's0', 'sp']) : random.pick(FREE);
    case 'fd':
    case 'fs1':
    case 'fs2':
    case 'fs3':
      return random.pick(F_NAMES);
    case 'c.rd':
    case 'c.rs2':
      return random.pick(FREE);
    case 'c.high':
    case 'c.low':
      return random.pick(NEAR);
    case 'immI':
      return String(random.oneIn(3) ? random.between(-2048, 2047) : random.between(-8, 8));
    case 'c.imm':
      return String(random.oneIn(2) ? random.between(1, 31) : random.between(-32, -1));
    case 'shamt6':
      return String(random.below(64));
    case 'c.shamt':
      return String(random.between(1, 63));
    case 'shamt5':
      return String(random.below(32));
    case 'rm':
      return random.oneIn(6) ? random.pick(ROUNDINGS) : 'dyn';
    default:
      throw new Error(`no operand is known for ${field}`);
  }
}

const instruction = (random: Random, { name, operands }: Row) =>
  `${name} ${operands
    .split(',')
    .map((field) => operand(random, field))
    .join(', ')}`;

/** Integer arithmetic. */
export function compute({ random, write }: Bound): void {
  for (let n = random.between(1, 6); n > 0; n--) {
    write(instruction(random, random.pick(random.oneIn(3) ? SHORT : INTEGER)));
  }
  if (random.oneIn(8)) write(`auipc ${random.pick(FREE)}, ${random.below(16)}`);
}

/** A part's hands on the writer. */
export interface Bound {
  readonly writer: Writer;
  readonly random: Random;
  readonly write: (...lines: readonly string[]) => void;
}

/** t5 = somewhere in the hart's data. */
function point({ writer, random, write }: Bound): void {
  if (writer.paged && random.oneIn(3)) {
    // Pages that compete for entries of the TLB.
    write(`andi t5, ${random.pick(FREE)}, ${random.below(Number(WINDOW_PAGES))}`);
    write(`slli t5, t5, ${Math.log2(Number(WINDOW_STRIDE))}`, 'add t5, t5, s7');
  } else {
    const mask = random.oneIn(4) ? 0x7ff : 0x7f8;
    write(`andi t5, ${random.pick(FREE)}, ${mask}`, 'add t5, t5, s0');
  }
}

/** Loads and stores of all sizes, aligned or not, in a page or across its end. */
export function access(bound: Bound): void {
  const { random, write } = bound;
  point(bound);
  for (let n = random.between(1, 4); n > 0; n--) {
    const offset = random.oneIn(5) ? random.between(-2048, 2047) : 8 * random.between(-30, 30);
    if (random.oneIn(3)) write(`${random.pick(STORES)} ${random.pick(FREE)}, ${offset}(t5)`);
    else if (random.oneIn(5)) {
      const name = random.pick(['flw', 'fld', 'fsw', 'fsd']);
      write(`${name} ${random.pick(F_NAMES)}, ${offset}(t5)`);
    } else write(`${random.pick(LOADS)} ${random.pick(FREE)}, ${offset}(t5)`);
  }
  if (random.oneIn(3)) {
    const name = random.pick(['c.lw', 'c.ld', 'c.sw', 'c.sd']);
    write(`${name} ${random.pick(NEAR)}, ${8 * random.below(16)}(s0)`);
    const onStack = random.pick(['c.ldsp', 'c.sdsp', 'c.lwsp', 'c.swsp']);
    write(`${onStack} ${random.pick(FREE)}, ${8 * random.below(8)}(sp)`);
  }
}

/** Loads, or stores, one after the other by one register, as functions begin and end; what is between computes. */
export function accessTogether(bound: Bound): void {
  const { random, write } = bound;
  point(bound);
  const loads = random.oneIn(2);
  const middle = 8 * random.between(-120, 120);
  for (let n = random.between(3, 9); n > 0; n--) {
    if (random.oneIn(4)) write(instruction(random, random.pick(INTEGER)));
    const distance = random.oneIn(12) ? random.between(-600, 600) : 8 * random.between(-6, 20);
    write(`${random.pick(loads ? LOADS : STORES)} ${random.pick(FREE)}, ${middle + distance}(t5)`);
  }
  if (loads && random.oneIn(3)) write(`ld t5, ${middle}(t5)`);
}

/** Atomics on the hart's own words and on those that harts share; now and then a misaligned one, which traps. */
export function atomic(bound: Bound): void {
  const { writer, random, write } = bound;
  const address = `andi t5, ${random.pick(FREE)}, ${random.oneIn(10) ? 0xff : 0xf8}`;
  write(address, `add t5, t5, ${random.oneIn(2) ? 's0' : 's1'}`);
  if (!random.oneIn(3)) {
    const order = random.pick(['', '.aq', '.rl', '.aqrl']);
    write(`${random.pick(AMOS)}${order} ${random.pick(FREE)}, ${random.pick(FREE)}, (t5)`);
    return;
  }
  const width = random.pick(['w', 'd']);
  const again = writer.label();
  // Bounded, since a trap or a page's change may always come between.
  write('li t6, 4');
  writer.place(again);
  write(`lr.${width} a0, (t5)`);
  if (random.oneIn(2)) write(`add a0, a0, ${random.pick(FREE)}`);
  if (random.oneIn(6)) write('sd a1, 0(s0)');
  write(`sc.${width} a1, a0, (t5)`, 'addi t6, t6, -1');
  const done = writer.label();
  write(`beqz t6, ${done}`, `bnez a1, ${again}`);
  writer.place(done);
}

const ALL_CSRS = ['cycle', 'time', 'instret', 'fflags', 'frm', 'fcsr'];
const SUPERVISOR_CSRS = ['sscratch', 'sstatus', 'sepc', 'scause', 'stval', 'satp', 'sip', 'sie'];
const MACHINE_CSRS = ['mstatus', 'mip', 'mie', 'minstret', 'mcycle', 'mhartid', 'misa', 'mepc'];
const SUPERVISOR_WRITES = ['sscratch', 'sepc', 'scause', 'stval'];

/** CSRs: counters are exact to the instruction; some writes, and reads that trap. */
export function csr({ writer, random, write }: Bound): void {
  const reads = [
    ...[...ALL_CSRS, ...ALL_CSRS],
    ...(writer.mode === 'U' && !random.oneIn(10) ? [] : SUPERVISOR_CSRS),
    ...(writer.mode !== 'M' && !random.oneIn(10) ? [] : MACHINE_CSRS),
  ];
  write(`csrr ${random.pick(FREE)}, ${random.pick(reads)}`);
  if (random.oneIn(3)) write(`csrw fflags, ${random.pick(FREE)}`);
  if (writer.mode !== 'U' && random.oneIn(3)) {
    const name = random.pick(SUPERVISOR_WRITES);
    write(`csrrw ${random.pick(FREE)}, ${name}, ${random.pick(FREE)}`);
  }
  if (writer.mode === 'M' && random.oneIn(6)) write(`csrw minstret, ${random.pick(FREE)}`);
}

/** Floating point, on registers loaded anew so that not all of them end as NaN. */
export function float({ random, write }: Bound): void {
  for (let n = random.between(1, 6); n > 0; n--) {
    if (random.oneIn(2)) {
      const name = random.oneIn(3) ? 'flw' : 'fld';
      write(`${name} ${random.pick(F_NAMES)}, ${8 * random.between(-200, 200)}(s0)`);
    }
    write(instruction(random, random.pick(FLOAT)));
  }
  if (random.oneIn(8)) write(`csrwi frm, ${random.oneIn(3) ? random.below(8) : 0}`);
  if (random.oneIn(8)) write(`csrwi fflags, ${random.pick([0, 1, 31])}`);
}

/** Switches floating point off or to another state for a while, where the mode may. */
export function floatState({ writer, random, write }: Bound): void {
  if (writer.mode === 'U') return;
  const status = writer.mode === 'M' ? 'mstatus' : 'sstatus';
  write('li t5, 3 << 13', `csrc ${status}, t5`);
  const state = random.below(4);
  if (state > 0) write(`li t5, ${state} << 13`, `csrs ${status}, t5`);
  write(`fadd.d ${random.pick(F_NAMES)}, ${random.pick(F_NAMES)}, ${random.pick(F_NAMES)}`);
  write(`fsd ${random.pick(F_NAMES)}, 0(s0)`, `csrr ${random.pick(FREE)}, ${status}`);
  write('li t5, 3 << 13', `csrs ${status}, t5`);
}
