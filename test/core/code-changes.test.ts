import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine } from './machine.js';
import { ALL } from './page-tables.js';
import { OFF } from './program-parts.js';
import { FRAMES, translated } from './translated.js';

/** addi a0, a0, n */
const ADDI = (n: number) => `0x${((n << 20) | 0x50513).toString(16)}`;
const PAGE = 0x4000_0000n;

describe('a store over code', () => {
  it.each(['nop', 'fence.i'])('is seen by the next instruction, after %s', async (fence) => {
    const machine = await Machine.create(`
      li a1, ${ADDI(16)}
      la a2, changed
      call changed                # decoded once as it was
      sw a1, 0(a2)
      ${fence}
      call changed
      j end
changed:
      addi a0, a0, 1
      ret
end:  ${OFF}`);
    expect(machine.finish().x('a0')).toBe(17n);
  });

  it('is seen right behind the store', async () => {
    const machine = await Machine.create(`
      li s0, 2
      li a1, ${ADDI(16)}
      la a2, 1f
again: sw a1, 0(a2)
1:    addi a0, a0, 1
      li a1, ${ADDI(256)}
      addi s0, s0, -1
      bnez s0, again
      ${OFF}`);
    expect(machine.finish().x('a0')).toBe(16n + 256n);
  });

  it('changes an instruction as often as one likes', async () => {
    const machine = await Machine.create(`
      li s0, 1000
      li a1, ${ADDI(0)}
      li a3, 1 << 20
      la a2, 1f
again: sw a1, 0(a2)
1:    addi a0, a0, 1
      add a1, a1, a3
      addi s0, s0, -1
      bnez s0, again
      ${OFF}`);
    // The immediate runs through 0 to 999.
    expect(machine.finish().x('a0')).toBe(499_500n);
  });

  it.each([
    ['a byte', 'li a1, 0x10; sb a1, 3(a2)', 258n],
    ['a halfword', 'li a1, 0x1005; sh a1, 2(a2)', 257n],
    ['a doubleword that begins before it', `li a1, ${ADDI(256)} << 32; sd a1, -4(a2)`, 257n],
    ['a misaligned word', 'li a1, 0x05051300; sw a1, -1(a2)', 1n],
    ['an atomic', `li a1, ${ADDI(256)}; amoswap.w a1, a1, (a2)`, 257n],
    ['a store-conditional', `li a1, ${ADDI(256)}; lr.w a3, (a2); sc.w a3, a1, (a2)`, 257n],
  ])('may be of any kind: %s', async (_, store, sum) => {
    const machine = await Machine.create(`
      la a2, 1f
      li s0, 0
      call func
      ${store}
      call func
      ${OFF}
.balign 4
      .zero 8
func: j 1f
      nop
1:    addi a0, a0, 1
      ret`);
    expect(machine.finish().x('a0')).toBe(sum);
  });

  it('through another address changes it too', async () => {
    const { machine, tables } = await translated(
      `li s0, ${PAGE}
      jalr s0
      li s1, ${PAGE + 0x1000n}
      li a1, ${ADDI(16)}
      sw a1, 0(s1)
      jalr s0`,
    );
    tables.map(PAGE, FRAMES, ALL);
    tables.map(PAGE + 0x1000n, FRAMES, ALL);
    machine.ram.writeU64(FRAMES, 0x0000_8067_0015_0513n);
    expect(machine.finish().x('a0')).toBe(17n);
  });

  it('by another hart is seen by this one', async () => {
    const machine = await Machine.create(
      `
      csrr s0, mhartid
      la a2, target
      bnez s0, other
1:    call target
      beqz s1, 1b
      ${OFF}
other:
      li s2, 3000
2:    addi s2, s2, -1
      bnez s2, 2b
      li a1, 0x00100493           # li s1, 1
      sw a1, 0(a2)
3:    j 3b
.balign 4096
target:
      li s1, 0
      ret`,
      { harts: 2 },
    );
    machine.finish();
    expect(machine.x('s1')).toBe(1n);
  });

  it('by the host is seen, wherever the guest stands', async () => {
    const machine = await Machine.create(`1: addi a0, a0, 1; j 1b`);
    machine.run(11n);
    expect(machine.x('a0')).toBe(6n);
    machine.ram.write(RAM_BASE, Uint8Array.of(0x13, 0x05, 0x05, 0x10));
    machine.run(4n);
    expect(machine.x('a0')).toBe(6n + 512n);
  });
});

describe('data beside code', () => {
  it('in its page, and in its line, changes nothing about the code', async () => {
    const machine = await Machine.create(`
      la a2, data
      li s0, 5000
1:    ld a1, 0(a2)
      addi a1, a1, 3
      sd a1, 0(a2)
      j 2f
.balign 8
data: .dword 0
2:    sd a1, 2040(a2)
      addi s0, s0, -1
      bnez s0, 1b
      ${OFF}`);
    machine.finish();
    expect(machine.word('data')).toBe(15_000n);
    expect(machine.word(machine.at('data') + 2040n)).toBe(15_000n);
    expect(machine.counter('missCode')).toBeGreaterThan(0);
  });

  it('may be executed as another instruction by a jump into its middle', async () => {
    // 0x0505 is c.addi a0, 1: the upper half of an lui whose lower half is never executed again.
    const machine = await Machine.create(`
      la a2, 1f
      jalr zero, 2(a2)
1:    .word 0x05050537
      c.addi a0, 2
      beqz a1, 2f
      ${OFF}
2:    li a1, 1
      j 1b`);
    machine.finish();
    expect(machine.x('a0')).toBe(0x0505_0000n + 2n);
  });
});
