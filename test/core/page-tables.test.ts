import { describe, expect, it } from 'vitest';
import { A, ALL, D, leaf, N, pbmt, R, SV39, SV48, SV57, U, V, W, X } from './page-tables.js';
import { enter, TO_MACHINE } from './program-parts.js';
import { FRAMES, satpFor, TABLES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const HIGH = { [SV39]: 1n << 38n, [SV48]: 1n << 47n, [SV57]: 1n << 56n } as const;
const ADUE = 'li t0, 1 << 61; csrs menvcfg, t0';
const PBMTE = 'li t0, 1 << 62; csrs menvcfg, t0';
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

describe('A and D (Privileged 12.3.1, Svadu)', () => {
  const body = `
      li s0, ${PAGE}
      ld a0, 0(s0)
      li s0, ${PAGE + 0x1000n}
      sd a0, 8(s0)
      li s0, ${PAGE + 0x2000n}
      la s10, 1f
      jr s0
1:    li s0, ${PAGE + 0x3000n}
      sd a0, 8(s0)`;
  const flags = [V | R, V | R | W, V | X, V | R | W | A];

  it('are set by the walker when ADUE is on', async () => {
    const { machine, tables } = await translated(body, { setup: ADUE });
    const slots = flags.map((bits, n) => {
      machine.ram.writeU64(FRAMES + BigInt(n) * 0x1000n, RETURN);
      return tables.map(PAGE + BigInt(n) * 0x1000n, FRAMES + BigInt(n) * 0x1000n, bits);
    });
    machine.finish();
    expect(traps(machine)).toEqual([]);
    expect(slots.map((slot) => machine.word(slot) & 0xffn)).toEqual([
      V | R | A,
      V | R | W | A | D,
      V | X | A,
      V | R | W | A | D,
    ]);
  });

  it.each([
    ['is off', 'rv64', ''],
    ['does not exist', 'rv64,svadu=off', ADUE],
  ])('are asked for by page faults when ADUE %s', async (_, cpu, setup) => {
    const { machine, tables } = await translated(body, { setup, cpu });
    const slots = flags.map((bits, n) =>
      tables.map(PAGE + BigInt(n) * 0x1000n, FRAMES + BigInt(n) * 0x1000n, bits),
    );
    machine.finish();
    expect(causes(machine)).toEqual([13, 15, 12, 15]);
    expect(slots.map((slot) => machine.word(slot) & 0xffn)).toEqual(flags);
  });

  it('are not set by an access that faults for another reason', async () => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; sd a0, 0(a0)`, { setup: ADUE });
    const slot = tables.map(PAGE, FRAMES, V | R);
    expect(causes(machine.finish())).toEqual([15]);
    expect(machine.word(slot) & 0xffn).toBe(V | R);
  });
});

describe('malformed entries', () => {
  it.each([
    ['not valid', 0n],
    ['W without R', V | W | X | A | D],
    ['a pointer at the last level', V],
    ['reserved bits', ALL | (1n << 54n)],
    ['the highest reserved bit', ALL | (1n << 60n)],
    ['PBMT while PBMTE is off', ALL | pbmt(1)],
    ['N with an encoding that is reserved', ALL | N],
  ])('fault: %s', async (_, flags) => {
    const { machine, tables } = await translated(
      `li a0, ${PAGE}; ld a1, 0(a0); sd a1, 0(a0); la s10, 1f; jr a0; 1:`,
    );
    tables.map(PAGE, FRAMES, flags);
    expect(causes(machine.finish())).toEqual([13, 15, 12]);
  });

  it.each([
    ['A', A],
    ['D', D],
    ['U', U],
    ['PBMT', pbmt(1)],
    ['N', N],
  ])('fault: a pointer with %s set', async (_, flags) => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; ld a1, 0(a0)`, { setup: PBMTE });
    tables.map(PAGE, FRAMES, ALL);
    const root = TABLES + (PAGE >> 30n) * 8n;
    machine.ram.writeU64(root, machine.ram.readU64(root) | flags);
    expect(causes(machine.finish())).toEqual([13]);
  });

  it('in tables outside of RAM are access faults of the access that walked', async () => {
    const { machine } = await translated(
      `li a0, ${PAGE}; ld a1, 0(a0); sd a1, 0(a0); la s10, 1f; jr a0; 1:`,
    );
    machine.ram.writeU64(TABLES + (PAGE >> 30n) * 8n, leaf(0x4000_0000n, V));
    expect(causes(machine.finish())).toEqual([5, 7, 1]);
  });

  it('to guest-physical addresses that nobody has are access faults', async () => {
    const { machine, tables } = await translated(`li a0, ${PAGE}; ld a1, 0(a0); ld a1, 8(a0)`);
    tables.map(PAGE, 0xff_ffff_ffff_f000n & ((1n << 56n) - 1n), ALL);
    expect(causes(machine.finish())).toEqual([5, 5]);
  });
});

describe('Svpbmt (Privileged 12.5)', () => {
  it('allows the types NC and IO, and reserves 3', async () => {
    const { machine, tables } = await translated(
      [0n, 1n, 2n].map((n) => `li a0, ${PAGE + n * 0x1000n}; ld a1, 0(a0)`).join('\n'),
      { setup: PBMTE },
    );
    for (const type of [1, 2, 3]) {
      tables.map(PAGE + BigInt(type - 1) * 0x1000n, FRAMES, ALL | pbmt(type));
    }
    machine.finish();
    expect(traps(machine).map(({ cause, tval }) => [cause, tval])).toEqual([[13, PAGE + 0x2000n]]);
  });
});

describe('Svnapot (Privileged 12.4)', () => {
  const body = Array.from({ length: 16 }, (_, n) => {
    const va = PAGE + BigInt(n) * 0x1000n;
    return `li a0, ${va}; ld a1, 0(a0); add s0, s0, a1; slli s0, s0, 1`;
  }).join('\n');

  async function prepared(cpu: string) {
    const { machine, tables } = await translated(body, { cpu });
    for (let n = 0n; n < 16n; n += 1n) {
      tables.map(PAGE + n * 0x1000n, FRAMES + 0x8000n, ALL | N);
      machine.ram.writeU64(FRAMES + n * 0x1000n, n === 0n ? 1n : 0n);
    }
    machine.ram.writeU64(FRAMES + 0xf000n, 1n);
    return machine.finish();
  }

  it('maps 64 KiB by sixteen equal entries', async () => {
    const machine = await prepared('rv64');
    expect(traps(machine)).toEqual([]);
    expect(machine.x('s0')).toBe((1n << 16n) + 2n);
  });

  it('is reserved when the CPU lacks it', async () => {
    expect(causes(await prepared('rv64,svnapot=off'))).toEqual(Array(16).fill(13));
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
