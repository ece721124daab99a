import { describe, expect, it } from 'vitest';
import { A, ALL, D, R, SV39, SV48, SV57, U, V, W, X } from './page-tables.js';
import { enter, TO_MACHINE } from './program-parts.js';
import { FRAMES, satpFor, TABLES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const HIGH = { [SV39]: 1n << 38n, [SV48]: 1n << 47n, [SV57]: 1n << 56n } as const;
const PAGE = 0x4000_0000n;

/** U-mode's code stands in pages of its own: RAM once more, at 3 GiB. */
const USER_ALIAS = 0xc000_0000n;

/** From M-mode to U-mode, at the same place in the other mapping. */
const enterUser = () => `
  la t4, 98f
  li t3, ${USER_ALIAS - 0x8000_0000n}
  add t4, t4, t3
  ${enter('U', 't4')}
98:`;

/** An instruction that returns to s10. */
const RETURN = 0x000d_0067n;

describe.each([
  ['Sv39', SV39, 3],
  ['Sv48', SV48, 4],
  ['Sv57', SV57, 5],
] as const)('%s (Privileged 12.3 to 12.6)', (_, mode, levels) => {
  it('walks all its levels, in both halves of the address space', async () => {
    const low = 0x12_3456_7000n & (HIGH[mode] - 1n);
    const high = BigInt.asUintN(64, -HIGH[mode] + 0x8_7654_3000n);
    const { machine, tables } = await translated(
      `li a0, ${low + 16n}; ld s0, 0(a0); sd s0, 8(a0); li a0, ${high}; ld s1, 0(a0)`,
      { mode },
    );
    tables.map(low, FRAMES, ALL);
    tables.map(high, FRAMES + 0x1000n, ALL);
    machine.ram.writeU64(FRAMES + 16n, 111n);
    machine.ram.writeU64(FRAMES + 0x1000n, 222n);
    machine.finish();
    expect(traps(machine)).toEqual([]);
    expect([machine.x('s0'), machine.x('s1')]).toEqual([111n, 222n]);
    expect(machine.word(FRAMES + 24n)).toBe(111n);
  });

  it('has superpages at each level, which must be aligned', async () => {
    // Level n's superpage at n GiB-steps, so that the page of RAM is reached by its own offset.
    const places = Array.from({ length: levels - 1 }, (_, n) => {
      const level = n + 1;
      const size = 1n << BigInt(12 + 9 * level);
      const slot = BigInt.asUintN(64, -HIGH[mode]) + size * BigInt(level);
      const base = FRAMES & ~(size - 1n);
      return { level, va: BigInt.asUintN(64, slot), base, inside: FRAMES - base };
    });
    const body = places
      .map(({ va, inside }, n) => `li a0, ${va + inside + 0x1008n}; ld s${n + 2}, 0(a0)`)
      .join('\n');
    const { machine, tables } = await translated(body, { mode });
    for (const { level, va, base } of places) tables.map(va, base, ALL, level);
    machine.ram.writeU64(FRAMES + 0x1008n, 77n);
    machine.finish();
    expect(traps(machine)).toEqual([]);
    places.forEach((_, n) => {
      expect(machine.x(`s${n + 2}`)).toBe(77n);
    });

    const misaligned = await translated(body, { mode });
    for (const { level, va, base } of places) {
      misaligned.tables.map(va, base + 0x1000n, ALL, level);
    }
    expect(causes(misaligned.machine.finish())).toEqual(places.map(() => 13));
  });

  it('faults on addresses that are not sign-extended', async () => {
    const addresses = [
      HIGH[mode],
      HIGH[mode] * 2n,
      BigInt.asUintN(64, -HIGH[mode] - 8n),
      1n << 63n,
    ];
    const { machine } = await translated(
      addresses.map((va) => `li a0, ${va}; ld a1, 0(a0); sd a1, 0(a0)`).join('\n'),
      { mode },
    );
    machine.finish();
    expect(traps(machine).map(({ cause, tval }) => [cause, tval])).toEqual(
      addresses.flatMap((va) => [
        [13, va],
        [15, va],
      ]),
    );
  });
});

describe('satp', () => {
  it('keeps its value when a mode is written that the CPU lacks (Privileged 12.1.11)', async () => {
    const write = (mode: number) =>
      `li a0, ${satpFor(TABLES, 5, mode)}; csrw satp, a0; csrr a1, satp`;
    for (const [cpu, kept] of [
      ['rv64,sv48=off,sv57=off', [SV48, SV57, 1, 11]],
      ['rv64,sv57=off', [SV57]],
      ['rv64', [1, 2, 7, 11, 15]],
    ] as const) {
      for (const mode of kept) {
        const { machine } = await translated(write(mode), { cpu, asid: 3 });
        machine.finish();
        expect(machine.x('a1')).toBe(satpFor(TABLES, 3));
      }
    }
  });

  it('and SFENCE.VMA trap in S-mode under TVM, and in U-mode (Privileged 3.1.6.6)', async () => {
    const { machine, tables } = await translated(
      `csrr a0, satp
      csrw satp, zero
      sfence.vma
      ${TO_MACHINE}
      ${enterUser()}
      csrr a0, satp
      sfence.vma`,
      { setup: 'li t0, 1 << 20; csrs mstatus, t0' },
    );
    tables.map(USER_ALIAS, 0x8000_0000n, ALL | U, 2);
    expect(causes(machine.finish())).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('permissions (Privileged 12.3.2, step 6)', () => {
  const FLAGS = Array.from({ length: 16 }, (_, n) => BigInt(n) << 1n);

  /** What the specification says of a leaf with these flags. */
  function expected(user: boolean, sum: boolean, mxr: boolean): [number, bigint][] {
    return FLAGS.flatMap((flags, n) => {
      const va = PAGE + BigInt(n) * 0x1000n;
      const has = (bit: bigint) => (flags & bit) !== 0n;
      const valid = (has(R) || has(X)) && !(has(W) && !has(R));
      const reach = has(U) ? user || sum : !user;
      const fetch = valid && has(X) && has(U) === user;
      return [
        ...(valid && reach && (has(R) || (mxr && has(X))) ? [] : [[13, va]]),
        ...(valid && reach && has(W) ? [] : [[15, va + 8n]]),
        ...(fetch ? [] : [[12, va]]),
      ] as [number, bigint][];
    });
  }

  it.each([
    [false, false, false],
    [false, false, true],
    [false, true, false],
    [false, true, true],
    [true, false, false],
    [true, true, true],
  ])('user %s, SUM %s, MXR %s', async (user, sum, mxr) => {
    const accesses = `
      li s0, ${PAGE}
      li s1, 16
1:    ld a0, 0(s0)
      sd a0, 8(s0)
      la s10, 2f
      jr s0
2:    li a0, 0x1000
      add s0, s0, a0
      addi s1, s1, -1
      bnez s1, 1b`;
    const status = (sum ? 1 << 18 : 0) | (mxr ? 1 << 19 : 0);
    const body = user ? `${TO_MACHINE} ${enterUser()} ${accesses}` : accesses;
    const { machine, tables } = await translated(body, {
      setup: `li t0, ${status}; csrs mstatus, t0`,
    });
    tables.map(USER_ALIAS, 0x8000_0000n, ALL | U, 2);
    FLAGS.forEach((flags, n) => {
      const frame = FRAMES + BigInt(n) * 0x1000n;
      // Neither R nor X would make it a pointer to the next level, which the last has not.
      tables.map(PAGE + BigInt(n) * 0x1000n, frame, V | A | D | flags);
      machine.ram.writeU64(frame, RETURN);
    });
    machine.finish();
    const seen = traps(machine).map(({ cause, tval }) => [cause, tval]);
    expect(seen).toEqual(expected(user, sum, mxr));
  });
});

describe('MPRV (Privileged 3.1.6.3)', () => {
  it('makes loads and stores of M-mode those of MPP, but not fetches', async () => {
    const { machine, tables } = await translated(
      `${TO_MACHINE}
      li t0, (1 << 17) | (1 << 11)
      li t1, 3 << 11
      li a0, ${PAGE}
      csrc mstatus, t1
      csrs mstatus, t0
      ld s0, 0(a0)
      sd s0, 8(a0)
      csrc mstatus, t0
      ld s1, 0(a0)                # no translation: nothing is there`,
    );
    tables.map(PAGE, FRAMES, ALL);
    machine.ram.writeU64(FRAMES, 99n);
    // TO_MACHINE at the end comes from M-mode now, and is logged.
    expect(causes(machine.finish())).toEqual([5, 11]);
    expect(machine.x('s0')).toBe(99n);
    expect(machine.word(FRAMES + 8n)).toBe(99n);
  });

  it('looks at SUM and MXR as S-mode does', async () => {
    const { machine, tables } = await translated(
      `${TO_MACHINE}
      li t0, (1 << 17) | (1 << 11)
      li t1, 3 << 11
      li t2, (1 << 18) | (1 << 19)
      li a0, ${PAGE}
      csrc mstatus, t1
      csrs mstatus, t0
      ld s0, 0(a0)                # a user page: faults, and the handler clears MPRV
      csrc mstatus, t1
      csrs mstatus, t0
      csrs mstatus, t2
      ld s1, 0(a0)
      csrc mstatus, t0`,
    );
    tables.map(PAGE, FRAMES, V | X | U | A);
    machine.ram.writeU64(FRAMES, 98n);
    expect(causes(machine.finish())).toEqual([13, 11]);
    expect([machine.x('s0'), machine.x('s1')]).toEqual([0n, 98n]);
  });
});
