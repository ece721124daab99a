import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

/** Each group of functions is called half as often as the one before it. */
const GROUPS = 12;
const FUNCTIONS = 96;
const ROUNDS = 1 << (GROUPS - 1);
/** What a function's inner loop adds, and how often. */
const TURNS = 3;
const MOST_ADDED = 2047;
const SHIFTS = 31;

/** What a function makes of a0: (3 + 2^shift) × a0 + TURNS × added. */
interface Routine {
  readonly added: number;
  readonly shift: number;
}

/** Numbers that look random: the high bits of Numerical Recipes' linear congruential generator. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

/**
 * What an engine meets when a program begins: 1152 functions, 120 KB of code, of which a few
 * are called all the time and most seldom: in one pass from 2048 times down to once. Each of them has a loop, a
 * branch on data, and a stack frame. Programs of other seeds take as many instructions and have hardly a function in
 * common, so that nothing that an engine keeps of one helps it with the next.
 */
export function cold(seed: number): GuestProgram {
  const random = numbers(seed);
  const groups = Array.from({ length: GROUPS }, () =>
    Array.from(
      { length: FUNCTIONS },
      (): Routine => ({ added: 1 + random(MOST_ADDED), shift: 2 + random(SHIFTS) }),
    ),
  );
  return {
    name: 'cold',
    expected: model(groups),
    setup: `  li sp, ${DATA + 0x1_0000n}`,
    pass: `
  li a0, 1
  li s1, ${ROUNDS}
1:
${groups.map((_, group) => callGroup(group)).join('\n')}
cold_next:
  addi s1, s1, -1
  bnez s1, 1b`,
    routines: groups.map(groupText).join('\n'),
  };
}

/** A group is called in rounds of which the group's number says how many low bits are zero. */
const callGroup = (group: number) => `
  li t0, ${(1 << group) - 1}
  and t0, t0, s1
  bnez t0, cold_next
  call cold_group_${group}`;

function groupText(routines: readonly Routine[], group: number): string {
  const name = (index: number) => `cold_${group}_${index}`;
  return `
cold_group_${group}:
  addi sp, sp, -16
  sd ra, 8(sp)
${routines.map((_, index) => `  call ${name(index)}`).join('\n')}
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
${routines.map((routine, index) => routineText(name(index), routine)).join('\n')}`;
}

/** Both ways behind the branch make three times a0, in three instructions: all seeds' programs have as many. */
const routineText = (name: string, { added, shift }: Routine) => `
${name}:
  addi sp, sp, -16
  sd ra, 8(sp)
  sd a0, 0(sp)
  andi t0, a0, 1
  beqz t0, ${name}_even
  slli t1, a0, 1
  add t1, t1, a0
  j ${name}_turns
${name}_even:
  slli t1, a0, 2
  sub t1, t1, a0
  nop
${name}_turns:
  li t2, ${TURNS}
${name}_turn:
  addi t1, t1, ${added}
  addi t2, t2, -1
  bnez t2, ${name}_turn
  ld t3, 0(sp)
  slli t3, t3, ${shift}
  add a0, t1, t3
  ld ra, 8(sp)
  addi sp, sp, 16
  ret`;

/** a → factor × a + sum. */
interface Affine {
  readonly factor: bigint;
  readonly sum: bigint;
}

function model(groups: readonly (readonly Routine[])[]): bigint {
  const whole = groups.map((routines) =>
    routines.reduce<Affine>(
      ({ factor, sum }, { added, shift }) => {
        const times = 3n + (1n << BigInt(shift));
        return { factor: u64(factor * times), sum: u64(sum * times + BigInt(TURNS * added)) };
      },
      { factor: 1n, sum: 0n },
    ),
  );
  let a = 1n;
  for (let round = ROUNDS; round > 0; round--) {
    for (const [group, { factor, sum }] of whole.entries()) {
      if (round % (1 << group) !== 0) break;
      a = u64(a * factor + sum);
    }
  }
  return a;
}
