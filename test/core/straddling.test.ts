import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { ALL, leaf, R, V, W, X } from './page-tables.js';
import { OFF, START, TRAP_LOG } from './program-parts.js';
import { FRAMES, translated } from './translated.js';
import { traps } from './trap-log.js';

/** `instruction` in the last two bytes of one page and the first two of the next. */
const straddling = (instruction: string, behind = '') =>
  Machine.create(`
      ${START}
      li a1, 5
      la s9, data
      la t0, edge
      jr t0
near: li s7, 1
      j end
.org 0x80000ffe
edge: ${instruction}
      ${behind}
      j end
.org 0x80001800
far:  li s8, 1
end:  ${OFF}
.balign 8
data: .dword 0x1122334455667788
      ${TRAP_LOG}`);

describe('an instruction that stands in two pages', () => {
  it.each([
    ['computes', 'addi a0, a1, 7', 'a0', 12n],
    ['loads', 'ld a0, 0(s9)', 'a0', 0x1122_3344_5566_7788n],
    ['reads a CSR', 'csrr a0, mcause', 'a0', 0n],
    ['finds its own address', 'auipc a0, 0', 'a0', 0x8000_0ffen],
    ['adds atomically', 'amoadd.d a0, a1, (s9)', 'a0', 0x1122_3344_5566_7788n],
    ['jumps forward', 'j far', 's8', 1n],
    ['jumps back into its first page', 'j near', 's7', 1n],
    ['links', 'jal ra, far', 'ra', 0x8000_1002n],
    ['branches forward', 'bnez a1, far', 's8', 1n],
    ['branches back', 'bnez a1, near', 's7', 1n],
    ['does not branch', 'beqz a1, far', 's8', 0n],
    ['jumps by a register', 'jalr a0, 8(s9)', 'a0', 0x8000_1002n],
  ])('%s', async (_, instruction, register, value) => {
    const machine = await straddling(instruction, instruction.startsWith('jalr') ? '' : 'nop');
    if (instruction.startsWith('jalr')) machine.ram.writeU64(machine.at('data') + 8n, 0x0000_006fn);
    machine.run(2000n);
    expect(machine.x(register)).toBe(value);
  });

  it('stores', async () => {
    const machine = await straddling('sd a1, 0(s9)');
    expect(machine.finish().word('data')).toBe(5n);
  });

  it('over itself, with the new instruction there the next time', async () => {
    const machine = await Machine.create(`
      la s9, edge
      li a1, 0x10050513           # addi a0, a0, 256
      li s0, 2
      j edge
.org 0x80000ffe
edge: addi a0, a0, 1
      sw a1, 0(s9)
      addi s0, s0, -1
      bnez s0, edge
      ${OFF}`);
    expect(machine.finish().x('a0')).toBe(257n);
  });

  it('whose second half alone is rewritten', async () => {
    const machine = await Machine.create(`
      la s9, edge + 2
      li a1, 0x1005
      li s0, 2
      j edge
.org 0x80000ffe
edge: addi a0, a0, 1
      sh a1, 0(s9)
      addi s0, s0, -1
      bnez s0, edge
      ${OFF}`);
    expect(machine.finish().x('a0')).toBe(257n);
  });

  it('is illegal as a whole, at its own address', async () => {
    const machine = await straddling('.word 0xffffffff');
    machine.finish();
    expect(traps(machine)).toEqual([{ cause: 2, tval: 0xffff_ffffn, epc: machine.at('edge') }]);
  });

  it.each([
    ['ecall', 11],
    ['ebreak', 3],
  ])('traps at its own address: %s', async (instruction, cause) => {
    const machine = await straddling(instruction);
    machine.finish();
    expect(traps(machine)[0]).toMatchObject({ cause, epc: machine.at('edge') });
  });

  it('is one step', async () => {
    const machine = await Machine.create(`
      j edge
.org 0x80000ffe
edge: addi a0, a0, 1
      addi a0, a0, 1`);
    for (const [steps, a0] of [
      [1n, 0n],
      [1n, 1n],
      [1n, 2n],
    ] as const) {
      machine.run(steps);
      expect(machine.x('a0')).toBe(a0);
    }
    expect(machine.pc()).toBe(0x8000_1006n);
  });
});

const PAGE = 0x4000_0000n;

describe('under translation, an instruction in two pages', () => {
  const jumpTo = `li s0, ${PAGE + 0xffen}; jalr s0`;
  // addi a0, a0, 1 and ret; only the second half is in the second page.
  const halves = (machine: Machine, first: bigint, second: bigint, immediate: number) => {
    machine.ram.write(first + 0xffen, Uint8Array.of(0x13, 0x05));
    machine.ram.write(second, Uint8Array.of((immediate << 4) | 5, 0, 0x67, 0x80, 0, 0));
  };

  it('is made of both, wherever their frames are', async () => {
    const { machine, tables } = await translated(jumpTo);
    tables.map(PAGE, FRAMES + 0x5000n, ALL);
    tables.map(PAGE + 0x1000n, FRAMES, ALL);
    halves(machine, FRAMES + 0x5000n, FRAMES, 1);
    expect(machine.finish().x('a0')).toBe(1n);
  });

  it('changes when its second page is mapped elsewhere, and fenced', async () => {
    const { machine, tables } = await translated(
      `${jumpTo}
changed: ${jumpTo}
      li a1, ${PAGE + 0x1000n}
      sfence.vma a1, zero
      ${jumpTo}`,
    );
    tables.map(PAGE, FRAMES, ALL);
    const slot = tables.map(PAGE + 0x1000n, FRAMES + 0x1000n, ALL);
    halves(machine, FRAMES, FRAMES + 0x1000n, 1);
    halves(machine, FRAMES, FRAMES + 0x2000n, 2);
    machine.runTo('changed');
    machine.ram.writeU64(slot, leaf(FRAMES + 0x2000n, ALL));
    machine.finish();
    // Before the fence the stale translation is used, by the same rule as everywhere.
    expect(machine.x('a0')).toBe(1n + 1n + 2n);
  });

  it.each([
    ['is absent', 0n, 12],
    ['may not be executed', V | R | W, 12],
  ])('faults with the second page’s address when that %s', async (_, flags, cause) => {
    const { machine, tables } = await translated(`la s10, 1f; ${jumpTo}; 1:`);
    tables.map(PAGE, FRAMES, ALL);
    tables.map(PAGE + 0x1000n, FRAMES + 0x1000n, flags);
    halves(machine, FRAMES, FRAMES + 0x1000n, 1);
    machine.finish();
    // epc is the instruction's, tval the portion that faulted (Privileged 3.1.16).
    expect(traps(machine)).toEqual([{ cause, tval: PAGE + 0x1000n, epc: PAGE + 0xffen }]);
    expect(machine.x('a0')).toBe(0n);
  });

  it('needs only its first page when it is a short one', async () => {
    const { machine, tables } = await translated(`la s10, 1f; ${jumpTo}; 1:`);
    tables.map(PAGE, FRAMES, ALL);
    machine.ram.write(FRAMES + 0xffen, Uint8Array.of(0x82, 0x80)); // c.jr ra
    machine.finish();
    expect(traps(machine)).toEqual([]);
  });

  it('falls through from one page into the next, which must be mapped', async () => {
    const { machine, tables } = await translated(`la s10, 1f; li s0, ${PAGE + 0xffcn}; jr s0; 1:`);
    tables.map(PAGE, FRAMES, ALL);
    tables.map(PAGE + 0x1000n, FRAMES, V | X);
    machine.ram.write(FRAMES + 0xffcn, Uint8Array.of(0x13, 0x05, 0x15, 0));
    machine.finish();
    expect(traps(machine)).toEqual([{ cause: 12, tval: PAGE + 0x1000n, epc: PAGE + 0x1000n }]);
    expect(machine.x('a0')).toBe(1n);
  });
});

describe('without C (Unprivileged 2.5)', () => {
  const RESUME = (label: string) => `la s10, ${label}`;

  it('a taken jump to a target that is not 4-aligned traps at the jump', async () => {
    const machine = await Machine.create(
      `
      ${START}
      li a1, 1
      la s0, target
      ${RESUME('1f')}
jal:  jal ra, target
1:    mv s1, ra
      ${RESUME('1f')}
jalr: jalr ra, 0(s0)
1:    mv s2, ra
      ${RESUME('1f')}
branch: bnez a1, target
      j .
1:    beqz a1, target
      ${OFF}
      .half 1
target: .half 1
      ${TRAP_LOG}`,
      { cpu: 'rv64,c=off' },
    );
    machine.finish();
    const tval = machine.at('target');
    expect(traps(machine)).toEqual(
      ['jal', 'jalr', 'branch'].map((label) => ({ cause: 0, tval, epc: machine.at(label) })),
    );
    // The link register is written only by a jump that retires.
    expect([machine.x('s1'), machine.x('s2')]).toEqual([0n, 0n]);
  });

  it('mepc and sepc are 4-aligned, for reads and for returns (Privileged 3.1.14)', async () => {
    const machine = await Machine.create(
      `
      ${START}
      la s0, target + 2
      csrw mepc, s0
      csrr s1, mepc
      csrw sepc, s0
      csrr s2, sepc
      li t0, 3 << 11
      csrs mstatus, t0
      mret
      j .
target: ${OFF}
      ${TRAP_LOG}`,
      { cpu: 'rv64,c=off' },
    );
    machine.finish();
    expect([machine.x('s1'), machine.x('s2')]).toEqual([
      machine.at('target'),
      machine.at('target'),
    ]);
    expect(traps(machine)).toEqual([]);
  });

  it('short encodings are illegal', async () => {
    const machine = await Machine.create(
      `${START}
short: c.addi a0, 1
      .half 0
      ${OFF}
      ${TRAP_LOG}`,
      { cpu: 'rv64,c=off' },
    );
    machine.finish();
    expect(traps(machine)[0]).toMatchObject({ cause: 2, epc: machine.at('short') });
  });
});
