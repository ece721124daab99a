import { describe, expect, it } from 'vitest';
import { OFF } from '../core/program-parts.js';
import { same } from './same.js';

/** Two pages whose frames do not follow each other: the second one gets its frame first. */
const FIRST = 0x8002_0000;
const SECOND = FIRST + 4096;
const TOUCH = `li s0, ${SECOND}\nsd zero, 0(s0)\nli s0, ${FIRST}\nsd zero, 0(s0)`;
/** Fills both with numbers that differ. */
const FILL = `
      li s1, ${SECOND + 4096}
1:    sd s0, 0(s0)
      addi s0, s0, 8
      bne s0, s1, 1b`;

const LOADS = `
      ld a0, 0(s0)
      ld a1, 8(s0)
      add s2, s2, a0
      lw a2, 20(s0)
      lbu a3, 25(s0)
      ld a4, 32(s0)`;
const STORES = `
      sd a0, 0(s0)
      sd a1, 8(s0)
      addi a5, a5, 3
      sw a5, 20(s0)
      sb a5, 25(s0)
      sd a4, 32(s0)`;
const SUM = 'add s2, s2, a0\nadd s2, s2, a1\nadd s2, s2, a2\nadd s2, s2, a3\nadd s2, s2, a4';

/** The body again and again, `s0` going on by `step` bytes from `before` bytes before the second page, nine times 8. */
const over = (body: string, step: number, before = 64) => `
      ${TOUCH}
      ${FILL}
      li s3, 100
2:    li s0, ${SECOND - before}
      li s1, ${SECOND - before + 72}
3:    ${body}
      ${SUM}
      slli s2, s2, 1
      addi s0, s0, ${step}
      blt s0, s1, 3b
      addi s3, s3, -1
      bnez s3, 2b
      ${OFF}`;

describe('accesses by one register do what each does for itself', () => {
  it.each([
    ['loads', LOADS],
    ['stores', STORES],
    ['loads and stores', `${LOADS}${STORES}`],
  ])('%s, across the end of a page, aligned', async (_, body) => {
    await same(over(body, 8));
  });

  it.each([
    ['loads', LOADS],
    ['stores', STORES],
  ])('%s, at any address', async (_, body) => {
    await same(over(body, 1));
  });

  it('by its new value once one of them has loaded it', async () => {
    const body = `mv s4, s0\n${LOADS}\nld s0, 40(s0)\nld a2, 8(s0)\nmv s0, s4`;
    await same(over(body, 8, 2048));
  });

  it('and each that may not be made traps for itself', async () => {
    // Behind RAM is nothing: the last three of the loads fail, one after the other.
    const machine = await same(`
      la t0, 1f
      csrw mtvec, t0
      li s0, 0x80000000 + (16 << 20) - 16
      li s3, 200
2:    ${LOADS}
      addi s3, s3, -1
      bnez s3, 2b
      ${OFF}
      .balign 4
1:    csrr t0, mepc
      addi t0, t0, 4
      csrw mepc, t0
      addi s5, s5, 1
      mret`);
    expect(machine.x('s5')).toBe(3n * 200n);
  });
});
