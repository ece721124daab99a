import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { ALL, leaf, V } from './page-tables.js';
import { enter, OFF, START, TO_MACHINE, TRAP_LOG } from './program-parts.js';
import { FRAMES, TABLES, translated } from './translated.js';
import { causes, traps } from './trap-log.js';

const DATA = 0x8020_0000n;
const R = 1;
const W = 2;
const X = 4;
const TOR = 1 << 3;
const NA4 = 2 << 3;
const NAPOT = 3 << 3;
const LOCK = 1 << 7;

/** pmpaddr of a NAPOT range of `size` bytes. */
const napot = (base: bigint, size: bigint) => (base >> 2n) | ((size >> 3n) - 1n);

/** Sets entry `n` (0 to 7); `setAll` writes the configurations of several. */
const address = (n: number, value: bigint) => `li t0, ${value}; csrw pmpaddr${n}, t0`;
const configs = (...bytes: number[]) =>
  `li t0, ${bytes.reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n)}; csrw pmpcfg0, t0`;

/** Runs `setup` in M-mode, then `body` in `mode`; all other memory is open to S and U. */
const guarded = async (setup: string, body: string, mode: 'M' | 'S' | 'U' = 'S') =>
  (
    await Machine.create(`
      ${START}
      ${setup}
      ${mode === 'M' ? '' : enter(mode)}
      li s0, ${DATA}
      ${body}
      ${mode === 'M' ? '' : TO_MACHINE}
      ${OFF}
      ${TRAP_LOG}`)
  ).finish();

const accesses = (...offsets: number[]) =>
  offsets.map((offset) => `lw a0, ${offset}(s0); sw a0, ${offset}(s0)`).join('\n');

const seen = (machine: Machine) =>
  traps(machine).map(({ cause, tval }) => [cause, Number(tval - DATA)]);

describe('PMP (Privileged 3.7.1)', () => {
  it('NAPOT: covers its range, with its permissions', async () => {
    const machine = await guarded(
      `${address(0, napot(DATA + 64n, 64n))}; ${configs(NAPOT | R)}`,
      accesses(60, 64, 124, 128),
    );
    expect(seen(machine)).toEqual([
      [7, 64],
      [7, 124],
    ]);
  });

  it('NA4: covers four bytes', async () => {
    const machine = await guarded(
      `${address(0, (DATA + 8n) >> 2n)}; ${configs(NA4)}`,
      accesses(4, 8, 12),
    );
    expect(seen(machine)).toEqual([
      [5, 8],
      [7, 8],
    ]);
  });

  it('TOR: reaches from the entry below to its own address, and from 0 for the first', async () => {
    const bounds = `${address(0, (DATA + 16n) >> 2n)}; ${address(1, (DATA + 32n) >> 2n)}`;
    const machine = await guarded(
      `${bounds}; ${configs(0, TOR | W | R)}
      ${address(2, (DATA + 48n) >> 2n)}; ${configs(0, TOR | R, TOR)}`,
      accesses(12, 16, 28, 32, 48),
    );
    expect(seen(machine)).toEqual([
      [7, 16],
      [7, 28],
      [5, 32],
      [7, 32],
    ]);
    const first = await guarded(`${address(0, 0x1000n)}; ${configs(TOR | R)}`, accesses(0));
    expect(seen(first)).toEqual([]);
  });

  it('TOR: matches nothing when its range is empty', async () => {
    const machine = await guarded(
      `${address(0, (DATA + 64n) >> 2n)}; ${address(1, DATA >> 2n)}; ${configs(0, TOR)}`,
      accesses(0, 32, 64),
    );
    expect(seen(machine)).toEqual([]);
  });

  it('OFF matches nothing', async () => {
    const machine = await guarded(`${address(0, -1n & ((1n << 54n) - 1n))}`, accesses(0));
    expect(seen(machine)).toEqual([]);
  });

  it('lets the entry with the lowest number decide, for all bytes of an access', async () => {
    const machine = await guarded(
      `${address(0, (DATA + 8n) >> 2n)}; ${address(1, napot(DATA, 4096n))}
      ${configs(NA4 | R | W, NAPOT)}`,
      `lw a0, 8(s0); lw a0, 4(s0); ld a0, 8(s0); lh a0, 10(s0); lw a0, 10(s0)`,
    );
    // Bytes 8 to 11 are open; a doubleword there matches the first entry only in part.
    expect(seen(machine)).toEqual([
      [5, 4],
      [5, 8],
      [5, 10],
    ]);
  });

  it('leaves M-mode alone, unless an entry is locked', async () => {
    const open = await guarded(
      `${address(0, napot(DATA, 64n))}; ${configs(NAPOT)}`,
      accesses(0),
      'M',
    );
    expect(seen(open)).toEqual([]);
    const locked = await guarded(
      `${address(0, napot(DATA, 64n))}; ${configs(NAPOT | LOCK | R)}`,
      accesses(0, 64),
      'M',
    );
    expect(seen(locked)).toEqual([[7, 0]]);
  });

  it('a locked entry keeps configuration and address; so does the address below a locked TOR', async () => {
    const machine = await guarded(
      `${address(0, 0x111n)}; ${address(1, 0x222n)}; ${address(2, 0x333n)}
      ${configs(R, TOR | LOCK | R | W | X, R)}
      ${configs(W | R, NAPOT, R | W)}
      ${address(0, 0x1n)}; ${address(1, 0x2n)}; ${address(2, 0x3n)}`,
      '',
      'M',
    );
    expect(machine.csr('pmpcfg0')).toBe(
      BigInt(R | W) | (BigInt(TOR | LOCK | R | W | X) << 8n) | (BigInt(R | W) << 16n),
    );
    expect(['pmpaddr0', 'pmpaddr1', 'pmpaddr2'].map((name) => machine.csr(name))).toEqual([
      0x111n,
      0x222n,
      0x3n,
    ]);
  });

  it('refuses all of S and U when no entry matches, nothing of M', async () => {
    const machine = await guarded(
      `csrw pmpcfg2, zero; ${address(0, napot(0x8000_0000n, 0x2000n))}; ${configs(NAPOT | R | W | X)}`,
      accesses(0),
      'U',
    );
    expect(seen(machine)).toEqual([
      [5, 0],
      [7, 0],
    ]);
  });

  it('guards fetches: none without X, and each one in a page covered in part', async () => {
    const machine = await guarded(
      `li t0, ${DATA}; li t1, 0x000d0067; sw t1, 0(t0)
      li t1, 0x00140413; sw t1, 4(t0); sw t1, 8(t0); sw t1, 12(t0)
      ${address(0, napot(DATA + 0x1000n, 4096n))}
      ${address(1, (DATA + 12n) >> 2n)}
      ${configs(NAPOT | R | W, NA4 | R | W)}`,
      `la s10, 1f; jr s0
1:    la s10, 2f; li a0, 0x1000; add a0, a0, s0; jr a0
2:    la s10, 3f; addi a0, s0, 4; jr a0
3:`,
    );
    // Two additions run before the fetch of the third word, which the entry covers.
    expect(seen(machine)).toEqual([
      [1, 0x1000],
      [1, 12],
    ]);
    expect(machine.x('s0')).toBe(DATA + 2n);
  });

  it('a change takes effect at once, though the page was used before', async () => {
    const machine = await guarded(
      address(0, napot(DATA, 4096n)),
      `lw a0, 0(s0); sw a0, 0(s0); ${TO_MACHINE} ${configs(NAPOT | R)} ${enter('S')}
      lw a0, 0(s0); sw a0, 0(s0); ${TO_MACHINE} ${configs(0)} ${enter('S')}
      lw a0, 0(s0); sw a0, 0(s0)`,
    );
    expect(seen(machine)).toEqual([[7, 0]]);
  });

  it('has 16 entries, W without R is reserved, and pmpaddr has 54 bits', async () => {
    const machine = await guarded(
      `li t0, -1; csrw pmpaddr3, t0; csrr s1, pmpaddr3
      ${configs(R)}; ${configs(W)}; csrr s2, pmpcfg0
      csrr s3, pmpaddr15
      csrr s4, pmpaddr16`,
      '',
      'M',
    );
    expect(machine.x('s1')).toBe((1n << 54n) - 1n);
    expect(machine.x('s2')).toBe(BigInt(R));
    expect(causes(machine)).toEqual([2]);
  });

  it('guards page tables: a walk through a forbidden one is an access fault (3.7.2)', async () => {
    const { machine, tables } = await translated(
      'li a0, 0x40000000; ld a1, 0(a0); sd a1, 0(a0); la s10, 1f; jr a0; 1:',
      {
        setup: `${address(0, napot(TABLES + 0x2000n, 0x2000n))}; ${configs(NAPOT)}`,
      },
    );
    tables.map(0x4000_0000n, FRAMES, ALL);
    expect(causes(machine.finish())).toEqual([5, 7, 1]);
  });

  it('guards the walker’s own update of A and D', async () => {
    const { machine, tables } = await translated('li a0, 0x40000000; ld a1, 0(a0)', {
      setup: `li t0, 1 << 61; csrs menvcfg, t0
        ${address(0, napot(TABLES + 0x1000n, 0x1000n))}; ${configs(NAPOT | R)}`,
    });
    machine.ram.writeU64(TABLES + 8n, leaf(TABLES + 0x1000n, V));
    tables.map(0x4000_0000n, FRAMES, V | 2n);
    expect(causes(machine.finish())).toEqual([5]);
  });
});
