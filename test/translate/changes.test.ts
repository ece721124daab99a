import { describe, expect, it } from 'vitest';
import { ALL } from '../core/page-tables.js';
import { enter, OFF, START, TO_MACHINE, TRAP_LOG } from '../core/program-parts.js';
import { FRAMES, satpFor, spaceAt, TABLES } from '../core/translated.js';
import { evicted } from './counts.js';
import { same } from './same.js';

/** addi a0, a0, n */
const ADDI = (n: number) => `0x${((n << 20) | 0x50513).toString(16)}`;
const ROUNDS = 3000;

describe('a store changes the region it stands in', () => {
  it.each([
    ['behind it', 'sw a1, 0(a2)\n1: addi a0, a0, 1'],
    ['before it', '1: addi a0, a0, 1\nsw a1, 0(a2)'],
    ['with a fence', 'sw a1, 0(a2)\nfence.i\n1: addi a0, a0, 1'],
    ['with an atomic', 'amoswap.w zero, a1, (a2)\n1: addi a0, a0, 1'],
    ['across two words', '1: addi a0, a0, 1\nslli a4, a1, 32\nsd a4, -4(a2)'],
    ['on another line', 'sw a1, 0(a2)\nj 1f\n.balign 64\n1: addi a0, a0, 1'],
  ])('%s', async (_, body) => {
    const machine = await same(
      `
      li s0, ${ROUNDS}
      li a3, 1 << 20
      li a1, ${ADDI(0)}
      la a2, 1f
      j loop
      .balign 8
loop: ${body}
      andi a5, s0, 15
      bnez a5, 2f
      add a1, a1, a3
2:    addi s0, s0, -1
      bnez s0, loop
      ${OFF}`,
      { share: 0 },
    );
    expect(machine.x('s0')).toBe(0n);
    expect(evicted(machine)).toBeGreaterThan(0);
  });

  it('seldom, and else it runs', async () => {
    const machine = await same(`
      li s0, 100000
      li a3, 1 << 20
      li a1, ${ADDI(0)}
      la a2, 1f
loop: slli a5, s0, 52
      bnez a5, 1f
      sw a1, 0(a2)
      add a1, a1, a3
1:    addi a0, a0, 1
      addi s0, s0, -1
      bnez s0, loop
      ${OFF}`);
    expect(evicted(machine)).toBeGreaterThan(0);
  });
});

describe('a register that a CSR instruction wrote', () => {
  it('has its value behind the place where another way meets, too', async () => {
    const machine = await same(`
      li s0, 2000
      j loop
.balign 4096
part: li a0, 0
      andi a1, s0, 1
      beqz a1, 1f
      csrr a0, minstret
1:    add s1, s1, a0
      ret
.balign 4096
loop: jal part
      addi s0, s0, -1
      bnez s0, loop
      ${OFF}`);
    expect(machine.x('s1')).not.toBe(0n);
  });
});

describe('a store changes the instruction that a region is left for', () => {
  it('on the line behind the region', async () => {
    // The region ends with the line of `loop`. What comes in place of the fence was executed as a load.
    const machine = await same(`
      li s0, 100
      li s1, 50
      la s5, loop
      la a1, data
      la a2, left
      li a4, 0x00858593           # addi a1, a1, 8
      j loop
.balign 64
loop: addi s0, s0, -1
      ${'nop\n'.repeat(15)}
left: fence.i
      addi a3, a3, 1
      bne s0, s1, 1f
      sw a4, 0(a2)
1:    beqz s0, 2f
      jr s5
2:    ${OFF}
.balign 64
data: .dword 1, 2, 3, 4`);
    expect(machine.x('a1')).toBe(machine.at('data') + 8n * 50n);
    expect(evicted(machine)).toBeGreaterThan(0);
  });
});

describe('code that others change', () => {
  it('by the host, while it runs', async () => {
    const machine = await same('li s0, 0\n1: addi a0, a0, 1\naddi s0, s0, 1\nj 1b', {
      rounds: 30,
      steps: 1001n,
      between: ({ ram }, round) =>
        ram.write(0x8000_0004n, Uint8Array.of(0x13, 0x05, 0x15 + 16 * (round % 8), 0)),
    });
    expect(machine.x('a0')).not.toBe(machine.x('s0'));
    expect(evicted(machine)).toBeGreaterThan(20);
  });

  it('by another hart', async () => {
    const machine = await same(
      `
      csrr s0, mhartid
      la a2, target
      bnez s0, other
1:    call target
      li t0, 100000
      blt s1, t0, 1b
      ${OFF}
other:
      li a1, 0x00048493           # addi s1, s1, 0
      li a3, 1 << 20
2:    li s2, 300
3:    addi s2, s2, -1
      bnez s2, 3b
      add a1, a1, a3
      sw a1, 0(a2)
      li a1, 0x00048493
      sw a1, 0(a2)
      add a1, a1, a3
      sw a1, 0(a2)
      j 2b
.balign 4096
target:
      addi s1, s1, 0
      ret`,
      { harts: 2 },
    );
    expect(evicted(machine)).toBeGreaterThan(2);
  });

  it('through another address', async () => {
    const machine = await paged(
      `
      li s0, 400
1:    li s1, 0x40000000
      jalr s1
      li s2, 0x40001000
      lw a1, 0(s2)
      li a3, 1 << 20
      add a1, a1, a3
      andi a4, s0, 7
      bnez a4, 2f
      sw a1, 0(s2)
2:    addi s0, s0, -1
      bnez s0, 1b`,
      [
        [0x4000_0000n, FRAMES],
        [0x4000_1000n, FRAMES],
      ],
      [[FRAMES, 0x0000_8067_0015_0513n]],
    );
    expect(machine.x('a0')).toBeGreaterThan(400n);
  });
});

/** A page whose entries in the TLB are not the program's. */
const PAGE = 0x4000_5000n;
/** Its leaf: behind the root, the middle table, and five leaves. */
const LEAF = TABLES + 0x2000n + 5n * 8n;

/** Runs in S-mode under Sv39, with pages mapped and words in RAM. */
function paged(
  body: string,
  pages: readonly (readonly [bigint, bigint])[],
  words: readonly (readonly [bigint, bigint])[],
) {
  return same(
    `${START}
    li t0, ${satpFor(TABLES)}
    csrw satp, t0
    ${enter('S')}
    ${body}
    ${TO_MACHINE}
    ${OFF}
    ${TRAP_LOG}`,
    {
      share: 0.3,
      prepare: (machine) => {
        const tables = spaceAt(machine, TABLES);
        // The gigapage of RAM takes no table, so that these are the second page and the third.
        for (const [va, pa] of pages) tables.map(va, pa, ALL);
        for (const [at, word] of words) machine.ram.writeU64(at, word);
      },
    },
  );
}

describe('a page is mapped elsewhere under running code', () => {
  /** addi a0, a0, n; ret */
  const step = (n: bigint) => (n << 20n) | 0x0000_8067_0005_0513n;
  const remap = (fence: string) => `
      li s0, 500
      li s3, ${LEAF}
      ld s4, 0(s3)
1:    li s1, ${PAGE}
      jalr s1
      andi t0, s0, 7
      bnez t0, 2f
      xori s4, s4, 0x400          # the next frame
      sd s4, 0(s3)
      ${fence}
2:    addi s0, s0, -1
      bnez s0, 1b`;
  const frames = [
    [FRAMES, step(1n)],
    [FRAMES + 0x1000n, step(100n)],
  ] as const;

  it.each([
    ['a fence of all', 'sfence.vma', 32n],
    ['a fence of its address', 'sfence.vma s1, zero', 32n],
    ['a fence of another address', 'sfence.vma s3, zero', 0n],
    ['no fence', 'nop', 0n],
  ])('with %s', async (_, fence, changes) => {
    const machine = await paged(remap(fence), [[PAGE, FRAMES]], frames);
    if (changes > 0n) expect(machine.x('a0')).toBeGreaterThan(20_000n);
    else expect(machine.x('a0')).toBe(500n);
  });

  it('that itself changes the mapping and fences', async () => {
    // The code's own page; the frames differ behind the fence.
    const code = (n: number) => [
      0x0149_b023n, // sd s4, 0(s3)
      0x1200_0073n, // sfence.vma
      BigInt((n << 20) | 0x50513), // addi a0, a0, n
      0x0000_8067n,
    ];
    const put = (at: bigint, words: readonly bigint[]) =>
      [0, 1].map((n) => {
        const [low = 0n, high = 0n] = words.slice(2 * n);
        return [at + BigInt(8 * n), (high << 32n) | low] as const;
      });
    const machine = await paged(
      `
      li s0, 500
      li s3, ${LEAF}
      ld s4, 0(s3)
      li s1, ${PAGE}
1:    xori s4, s4, 0x400
      jalr s1
      addi s0, s0, -1
      bnez s0, 1b`,
      [[PAGE, FRAMES]],
      [...put(FRAMES, code(1)), ...put(FRAMES + 0x1000n, code(100))],
    );
    expect(machine.x('a0')).toBe(250n * 101n);
  });

  it('in whose middle an instruction lies across the edge', async () => {
    // Page one ends with the lower half of addi a0, a0, n; n is in the next page's beginning.
    const machine = await paged(
      `
      li s0, 500
      li s3, ${LEAF + 8n}
      ld s4, 0(s3)
1:    li s1, ${PAGE + 0xffen}
      jalr s1
      andi t0, s0, 7
      bnez t0, 2f
      xori s4, s4, 0x400
      sd s4, 0(s3)
      sfence.vma
2:    addi s0, s0, -1
      bnez s0, 1b`,
      [
        [PAGE, FRAMES],
        [PAGE + 0x1000n, FRAMES + 0x2000n],
      ],
      [
        [FRAMES + 0xff8n, 0x0513n << 48n],
        [FRAMES + 0x2000n, 0x0000_0000_8067_0015n],
        [FRAMES + 0x3000n, 0x0000_0000_8067_0645n],
      ],
    );
    expect(machine.x('a0')).toBeGreaterThan(20_000n);
  });
});
