import { describe, expect, it } from 'vitest';
import type { Machine } from './machine.js';
import { A, ALL, D, G, leaf, N, R, U, V, W } from './page-tables.js';
import { enter, TO_MACHINE } from './program-parts.js';
import { FRAMES, OTHER_TABLES, satpFor, spaceAt, TABLES, translated } from './translated.js';
import { causes } from './trap-log.js';

const PAGE = 0x4000_0000n;
const at = (n: number) => PAGE + BigInt(n) * 0x1000n;
const OLD = FRAMES;
const NEW = FRAMES + 0x1_0000n;

const loadTo = (register: string, va: bigint) => `li a0, ${va}; ld ${register}, 0(a0)`;
const switchTo = (asid: number) =>
  `li a0, ${satpFor(asid === 1 ? TABLES : OTHER_TABLES, asid)}; csrw satp, a0`;

const misses = (machine: Machine) => ({
  read: machine.counter('missRead'),
  write: machine.counter('missWrite'),
  fetch: machine.counter('missFetch'),
  global: machine.counter('missGlobal'),
});

describe('a write of satp', () => {
  it('flushes nothing: entries of an address space are there when it comes back', async () => {
    const use = (n: number) => `${loadTo('s0', at(n))}; sd s0, 8(a0)`;
    const { machine, tables } = await translated(
      `${use(1)}; ${switchTo(2)}; ${use(2)}
      ${switchTo(1)}
before: ${use(1)}; ${switchTo(2)}; ${use(2)}; ${switchTo(1)}; ${use(1)}
after:  nop`,
      { asid: 1 },
    );
    const other = spaceAt(machine, OTHER_TABLES);
    tables.map(at(1), OLD, ALL);
    other.map(at(2), OLD, ALL);
    const before = misses(machine.runTo('before'));
    const after = misses(machine.runTo('after'));
    // Code stands in a global page, which engines may take over as often as they like.
    expect({ ...after, global: 0 }).toEqual({ ...before, global: 0 });
  });

  it('takes the entries of global pages along, and those of others not', async () => {
    const use = (n: number) => `${loadTo('s0', at(n))}; sd s0, 8(a0)`;
    const { machine, tables } = await translated(
      `${use(1)}; ${use(3)}
before: ${switchTo(2)}; ${use(3)}; ${switchTo(1)}; ${use(3)}
      li s1, 1; sfence.vma zero, s1
      ${use(3)}
fenced: ${use(1)}
after:  nop`,
      { asid: 1 },
    );
    tables.map(at(1), OLD, ALL);
    tables.map(at(3), NEW, ALL | G);
    const before = misses(machine.runTo('before'));
    const fenced = misses(machine.runTo('fenced'));
    const { read, write, fetch } = misses(machine.runTo('after'));
    expect({ ...fenced, global: 0 }).toEqual({ ...before, global: 0 });
    expect([read, write, fetch]).toEqual([before.read + 1, before.write + 1, before.fetch]);
  });

  it('lets no address space use what another has, unless it is global', async () => {
    const { machine, tables } = await translated(
      `${loadTo('s0', at(1))}; ${loadTo('s1', at(3))}
      ${switchTo(2)}
      ${loadTo('s2', at(1))}; ${loadTo('s3', at(3))}`,
      { asid: 1 },
    );
    const other = spaceAt(machine, OTHER_TABLES);
    tables.map(at(1), OLD, ALL);
    other.map(at(1), NEW, ALL);
    tables.map(at(3), OLD, ALL | G);
    other.map(at(3), NEW, ALL);
    machine.ram.writeU64(OLD, 1n);
    machine.ram.writeU64(NEW, 2n);
    machine.finish();
    const [s0, s1, s2, s3] = ['s0', 's1', 's2', 's3'].map((name) => machine.x(name));
    // The last one is a global mapping's stale use, as 12.2.1 allows and law 3 wants.
    expect([s0, s1, s2, s3]).toEqual([1n, 1n, 2n, 1n]);
  });

  it('changes what the next instruction is fetched from', async () => {
    const { machine } = await translated(`${switchTo(2)}; .word 0xffffffff`, { asid: 1 });
    // Code that is not global, and an address space that has no code at all.
    machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL));
    machine.runTo('trap_handler');
    expect(machine.csr('mcause')).toBe(12n);
  });

  it('beyond all context ids starts anew, and stays right', async () => {
    const { machine, tables } = await translated(
      `li s0, 1
      li s1, ${satpFor(TABLES, 0)}
      li s2, 1 << 44
      li s3, 700
1:    add s1, s1, s2
      csrw satp, s1
      li a0, ${at(1)}
      ld a1, 0(a0)
      add s4, s4, a1
      sd s4, 8(a0)
      addi s3, s3, -1
      bnez s3, 1b`,
    );
    tables.map(at(1), OLD, ALL);
    machine.ram.writeU64(OLD, 3n);
    machine.finish();
    expect(machine.x('s4')).toBe(2100n);
    expect(machine.word(OLD + 8n)).toBe(2100n);
  });
});

describe('a change of privilege, SUM or MXR', () => {
  it('flushes nothing, and opens nothing', async () => {
    const touch = `li a0, ${at(1)}; ld s0, 0(a0); li a0, ${at(2)}; ld s1, 0(a0)`;
    const { machine, tables } = await translated(
      `li s2, 1 << 18
      csrs sstatus, s2
      ${touch}
      csrc sstatus, s2
      ${touch}
nop
before: csrs sstatus, s2
      ${touch}
      csrc sstatus, s2
      li a0, ${at(1)}
      ld s0, 0(a0)
after: ${touch}`,
    );
    tables.map(at(1), OLD, ALL);
    tables.map(at(2), OLD, ALL | U);
    const before = misses(machine.runTo('before'));
    const after = misses(machine.runTo('after'));
    expect({ ...after, global: 0 }).toEqual({ ...before, global: 0 });
    expect(causes(machine.finish())).toEqual([13, 13]);
  });

  it('keeps M-mode and S-mode entries apart', async () => {
    const { machine, tables } = await translated(
      `${loadTo('s0', at(1))}; ${TO_MACHINE} ${loadTo('s1', at(1))}; ${enter('S')}
      ${loadTo('s2', at(1))}`,
    );
    tables.map(at(1), OLD, ALL);
    machine.ram.writeU64(OLD, 5n);
    expect(causes(machine.finish())).toEqual([5]);
    expect(['s0', 's1', 's2'].map((name) => machine.x(name))).toEqual([5n, 0n, 5n]);
  });
});

describe('SFENCE.VMA drops what its operands name, and nothing else (Privileged 12.2.1)', () => {
  const LOADS = [
    ['s2', at(1)],
    ['s3', at(2)],
    ['s4', at(5)],
  ] as const;
  const OTHERS = [
    ['s5', at(3)],
    ['s6', at(4)],
    ['s7', at(5)],
  ] as const;
  const load = (all: readonly (readonly [string, bigint])[]) =>
    all.map(([register, va]) => loadTo(register, va)).join('\n');

  /** Address space 1 has the pages 1 and 2, address space 2 has 3 and 4, both the global 5. */
  async function after(fence: string): Promise<bigint[]> {
    const { machine, tables } = await translated(
      `${load(LOADS)}; ${switchTo(2)}; ${load(OTHERS)}; ${switchTo(1)}
changed: li a1, ${at(1)}
      li a2, 1
      li a3, 2
      li a4, ${at(5)}
      li a5, ${at(3)}
      ${fence}
      ${load(LOADS)}; ${switchTo(2)}; ${load(OTHERS)}; ${switchTo(1)}`,
      { asid: 1 },
    );
    const other = spaceAt(machine, OTHER_TABLES);
    const slots = [
      tables.map(at(1), OLD, ALL),
      tables.map(at(2), OLD, ALL),
      tables.map(at(5), OLD, ALL | G),
      other.map(at(3), OLD, ALL),
      other.map(at(4), OLD, ALL),
      other.map(at(5), OLD, ALL | G),
    ];
    machine.ram.writeU64(OLD, 1n);
    machine.ram.writeU64(NEW, 2n);
    machine.runTo('changed');
    for (const slot of slots) {
      machine.ram.writeU64(slot, machine.ram.readU64(slot) + ((NEW - OLD) >> 2n));
    }
    machine.finish();
    return [...LOADS, ...OTHERS].map(([register]) => machine.x(register));
  }

  it.each([
    ['nothing', 'nop', [1, 1, 1, 1, 1, 1]],
    ['neither: all', 'sfence.vma', [2, 2, 2, 2, 2, 2]],
    ['an address', 'sfence.vma a1, zero', [2, 1, 1, 1, 1, 1]],
    ['an address, of another space', 'sfence.vma a5, zero', [1, 1, 1, 2, 1, 1]],
    ['a global address', 'sfence.vma a4, zero', [1, 1, 2, 1, 1, 2]],
    ['an address space', 'sfence.vma zero, a2', [2, 2, 1, 1, 1, 1]],
    ['another address space', 'sfence.vma zero, a3', [1, 1, 1, 2, 2, 1]],
    ['both', 'sfence.vma a1, a2', [2, 1, 1, 1, 1, 1]],
    ['both, of which the address is global', 'sfence.vma a4, a2', [1, 1, 1, 1, 1, 1]],
    ['both, which do not go together', 'sfence.vma a1, a3', [1, 1, 1, 1, 1, 1]],
  ])('%s', async (_, fence, expected) => {
    expect(await after(fence)).toEqual(expected.map(BigInt));
  });

  it('an address inside a superpage, whichever it is', async () => {
    const body = (fence: string) => `
      ${loadTo('s2', PAGE + 0x1000n)}; ${loadTo('s3', PAGE + 0x1f_f000n)}
changed: li a1, ${PAGE + 0x5008n}
      ${fence}
      ${loadTo('s2', PAGE + 0x1000n)}; ${loadTo('s3', PAGE + 0x1f_f000n)}`;
    for (const [fence, value] of [
      ['nop', 1n],
      ['sfence.vma a1, zero', 2n],
      ['sfence.vma a1, s0', 2n],
    ] as const) {
      const { machine, tables } = await translated(body(`li s0, 0; li a2, 0; ${fence}`));
      const slot = tables.map(PAGE, FRAMES, ALL, 1);
      for (const offset of [0x1000n, 0x1f_f000n]) {
        machine.ram.writeU64(FRAMES + offset, 1n);
        machine.ram.writeU64(FRAMES + 0x20_0000n + offset, 2n);
      }
      machine.runTo('changed');
      machine.ram.writeU64(slot, leaf(FRAMES + 0x20_0000n, ALL));
      machine.finish();
      expect([fence, machine.x('s2'), machine.x('s3')]).toEqual([fence, value, value]);
    }
  });

  it('an address inside a Svnapot page, whichever it is', async () => {
    const { machine, tables } = await translated(`
      ${loadTo('s2', at(0))}; ${loadTo('s3', at(15))}
changed: li a1, ${at(7)}
      ${loadTo('s4', at(0))}
      sfence.vma a1, zero
      ${loadTo('s5', at(0))}; ${loadTo('s6', at(15))}`);
    const frames = [FRAMES, FRAMES + 0x1_0000n];
    for (const [value, base] of frames.entries()) {
      for (const n of [0n, 15n]) machine.ram.writeU64(base + n * 0x1000n, BigInt(value + 1));
    }
    const slots = Array.from({ length: 16 }, (_, n) =>
      tables.map(at(n), FRAMES + 0x8000n, ALL | N),
    );
    machine.runTo('changed');
    for (const slot of slots) machine.ram.writeU64(slot, leaf(FRAMES + 0x1_8000n, ALL | N));
    machine.finish();
    expect(['s2', 's3', 's4', 's5', 's6'].map((name) => machine.x(name))).toEqual([
      1n,
      1n,
      1n,
      2n,
      2n,
    ]);
  });

  it('for reads, writes and fetches alike', async () => {
    const use = (n: number) => `li a0, ${at(1)}; sd zero, 8(a0); ld s${n}, 16(a0); jalr a0`;
    // The page's first instruction says where it is: li a${n}; ret.
    const code = (value: bigint) => 0x0000_8067_0000_0413n | (value << 20n);
    const { machine, tables } = await translated(`
      ${use(2)}; mv s3, s0
changed: ${use(4)}; mv s5, s0
      li a1, ${at(1)}; sfence.vma a1, zero
      ${use(6)}; mv s7, s0`);
    const slot = tables.map(at(1), OLD, ALL);
    for (const [value, frame] of [
      [1n, OLD],
      [2n, NEW],
    ] as const) {
      machine.ram.writeU64(frame, code(value));
      machine.ram.writeU64(frame + 8n, 9n);
      machine.ram.writeU64(frame + 16n, value);
    }
    machine.runTo('changed');
    machine.ram.writeU64(slot, leaf(NEW, ALL));
    machine.ram.writeU64(OLD + 8n, 9n);
    machine.finish();
    expect(['s2', 's3', 's4', 's5', 's6', 's7'].map((name) => machine.x(name))).toEqual([
      1n,
      1n,
      1n,
      1n,
      2n,
      2n,
    ]);
    // The store before the fence went to the old page, the one after it to the new.
    expect([machine.word(OLD + 8n), machine.word(NEW + 8n)]).toEqual([0n, 0n]);
  });
});

describe('the first store to a page that was only read', () => {
  it('asks the walker for D, and for W', async () => {
    const { machine, tables } = await translated(
      `${loadTo('s0', at(1))}; sd s0, 0(a0); ${loadTo('s0', at(2))}; sd s0, 0(a0)`,
    );
    tables.map(at(1), OLD, V | R | A | D);
    tables.map(at(2), OLD, V | R | W | A);
    expect(causes(machine.finish())).toEqual([15, 15]);
  });
});
