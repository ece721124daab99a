import { expect, it } from 'vitest';
import { OFF } from '../core/program-parts.js';
import { same } from './same.js';

/** Instructions of all kinds that stay in a region: 24 of them, the last one jumps back. */
const LOOP = `
loop:
  addi a0, a0, 1
  c.addi a1, 3
  ld a2, 0(s0)
  add a2, a2, a0
  sd a2, 0(s0)
  andi a3, a0, 1
  beqz a3, 1f
  addi a4, a4, 5
  j 2f
1:
  xori a4, a4, 9
  c.nop
2:
  amoadd.d a5, a0, (s1)
  fld fa0, 8(s0)
  fadd.d fa1, fa1, fa0
  fsd fa1, 16(s0)
  mul a6, a0, a2
  lw a7, 4(s0)
  bltz a0, loop
  jal ra, leaf
  sh a6, 2(s1)
  c.mv t0, a6
  csrr t1, instret
  j loop
leaf:
  sltu t2, a6, a7
  ret`;
const PLACES = 25;

/** The timer comes at step 5,000; so many steps later in the loop. */
const program = (delay: number) => `
  la t0, handler
  csrw mtvec, t0
  li t0, 3 << 13
  csrs mstatus, t0
  li s0, 0x80008000
  li s1, 0x80009000
  li t0, 0x2004000
  li t1, 50
  sd t1, 0(t0)
  li t0, 128
  csrw mie, t0
  csrsi mstatus, 8
  ${'nop\n'.repeat(delay)}
  ${LOOP}
.balign 4
handler:
  csrr s2, mepc
  csrr s3, mcause
  csrr s4, minstret
  ${OFF}`;

it('an interrupt comes at each place of a loop, as precisely as interpreted', async () => {
  const places = new Set<bigint>();
  for (let delay = 0; delay < 2 * PLACES + 2; delay++) {
    const machine = await same(program(delay));
    expect(machine.x('s3')).toBe((1n << 63n) | 7n);
    places.add(machine.x('s2') - machine.at('loop'));
  }
  expect(places.size).toBe(PLACES);
});

it('a call that ends at each place of a loop leaves it there', async () => {
  for (let steps = 1; steps <= PLACES; steps++) {
    await same(program(0), { rounds: 40, steps: BigInt(steps), share: 0 });
  }
});

it('a CSR instruction in a loop has its result when it lets an interrupt in', async () => {
  const machine = await same(`
    la t0, handler
    csrw mtvec, t0
    csrwi mie, 8
    li s0, 0x2000000
    li s1, 500
    li t1, 1
loop:
    csrci mstatus, 8
    sw t1, 0(s0)
    li a1, -1
    csrrsi a1, mstatus, 8
    slli s2, s2, 1
    xor s2, s2, a1
    addi s1, s1, -1
    bnez s1, loop
    ${OFF}
.balign 4
handler:
    sw zero, 0(s0)
    addi s3, s3, 1
    mret`);
  expect(machine.x('s3')).toBe(500n);
});
