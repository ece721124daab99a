import type { Bound } from './straight.js';
import { COUNTERS, FREE, type Writer } from './writer.js';

const BRANCHES = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'];

/** Writes some parts, in which loops are so deep. */
export type Body = (depth: number) => void;

/** A branch that depends on data; now and then a compressed one, which does not reach far. */
function branch({ random, write }: Bound, target: string): void {
  const [a, b] = [random.pick(FREE), random.oneIn(3) ? 'zero' : random.pick(FREE)];
  if (random.oneIn(4)) {
    // Comparisons of random numbers go one way only; of a bit they go both.
    write(
      `andi t5, ${a}, ${1 << random.below(4)}`,
      `${random.pick(['beqz', 'bnez'])} t5, ${target}`,
    );
  } else write(`${random.pick(BRANCHES)} ${a}, ${b}, ${target}`);
}

export function ifElse(bound: Bound, depth: number, body: Body): void {
  const { writer, random, write } = bound;
  const [otherwise, end] = [writer.label(), writer.label()];
  branch(bound, otherwise);
  body(depth);
  if (random.oneIn(2)) {
    write(`${random.oneIn(2) ? 'j' : 'jal t6,'} ${end}`);
    writer.place(otherwise);
    body(depth);
    writer.place(end);
  } else writer.place(otherwise);
}

/** A loop, maybe with a way out in its middle, with one back to its head, or with an entry in its middle. */
export function loop(bound: Bound, depth: number, body: Body): void {
  const { writer, random, write } = bound;
  const counter = COUNTERS[depth];
  if (counter === undefined) return;
  const [head, middle, end] = [writer.label(), writer.label(), writer.label()];
  write(`li ${counter}, ${random.oneIn(4) ? random.between(20, 60) : random.between(1, 9)}`);
  const irreducible = random.oneIn(3);
  if (irreducible) branch(bound, middle);
  writer.place(head);
  body(depth + 1);
  if (random.oneIn(3)) branch(bound, end);
  writer.place(middle);
  if (random.oneIn(2)) body(depth + 1);
  write(`addi ${counter}, ${counter}, -1`);
  if (random.oneIn(4)) {
    // Two ways back: the second one is taken seldom.
    write(`blez ${counter}, ${end}`);
    branch(bound, head);
    write(`bgtz ${counter}, ${irreducible ? middle : head}`);
  } else write(`bgtz ${counter}, ${head}`);
  writer.place(end);
}

/** A computed jump by a table of distances, which stands among the code. */
export function choice(bound: Bound, depth: number, body: Body): void {
  const { writer, random, write } = bound;
  const cases = random.pick([2, 4, 8]);
  const [table, end] = [writer.label(), writer.label()];
  const labels = Array.from({ length: cases }, () => writer.label());
  write(`andi t6, ${random.pick(FREE)}, ${cases - 1}`, 'slli t6, t6, 2', `la t5, ${table}`);
  write('add t6, t6, t5', 'lw t6, 0(t6)', 'add t6, t6, t5', random.pick(['jr t6', 'jalr t6']));
  write('.balign 4');
  writer.place(table);
  write(...labels.map((label) => `.word (${label} - ${table}) & 0xffffffff`));
  for (const label of labels) {
    writer.place(label);
    body(depth);
    if (!random.oneIn(4)) write(`j ${end}`);
  }
  writer.place(end);
}

/** A call, direct or by a register; the callee may be the caller. */
export function call({ writer, random, write }: Bound): void {
  const target = random.pick(writer.functions);
  switch (random.below(4)) {
    case 0:
      write(`la t6, ${target}`, 'jalr t6');
      return;
    case 1:
      write(`la t6, ${target} - 16`, 'jalr ra, 16(t6)');
      return;
    case 2:
      write(`la t6, ${target}`, 'c.jalr t6');
      return;
    default:
      write(`call ${target}`);
  }
}

/** What functions keep on the stack beside 64 bytes for their own use. */
const KEPT = ['ra', ...COUNTERS];
const FRAME = 64 + 8 * KEPT.length;

/** A function that returns at once when there have been too many calls; only then do programs go on. */
export function func(writer: Writer, name: string, body: () => void): void {
  const { random } = writer;
  const end = writer.label();
  writer.place(name);
  writer.write(`addi sp, sp, -${FRAME}`);
  writer.write(...KEPT.map((register, n) => `sd ${register}, ${64 + 8 * n}(sp)`));
  writer.write('addi s9, s9, -1', 'bgez s9, .+8', `j ${end}`);
  body();
  writer.place(end);
  writer.write(...KEPT.map((register, n) => `ld ${register}, ${64 + 8 * n}(sp)`));
  writer.write(`addi sp, sp, ${FRAME}`, random.oneIn(2) ? 'ret' : 'c.jr ra');
}
