import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { enter, OFF, START, TO_MACHINE, TRAP_LOG } from './program-parts.js';
import { traps } from './trap-log.js';

const MACHINE_ONLY = 'rv64,s=off,u=off';
const WITHOUT_S = 'rv64,s=off';
const WITHOUT_F = 'rv64,f=off';

const MIE = 1n << 3n;
const MPIE = 1n << 7n;
const MPP = 3n << 11n;
const FS = 3n << 13n;
const MPRV = 1n << 17n;
const TW = 1n << 21n;
const SD = 1n << 63n;
const UXL = 2n << 32n;
const SXL = 2n << 34n;
/** SIE, SPIE, SPP, SUM, MXR; TVM, TSR. */
const S_FIELDS = (1n << 1n) | (1n << 5n) | (1n << 8n) | (3n << 18n) | (1n << 20n) | (1n << 22n);

const run = async (cpu: string, body: string) =>
  (await Machine.create(`${START} ${body} ${OFF} ${TRAP_LOG}`, { cpu })).finish();

const values = (machine: Machine, names: readonly string[]) => names.map((name) => machine.x(name));

/** Which of the instructions are illegal, executed in M-mode. */
async function illegal(cpu: string, instructions: readonly string[]): Promise<string[]> {
  const body = instructions.map((text, n) => `.balign 4\ni${n}: ${text}`).join('\n');
  const machine = await run(cpu, body);
  return traps(machine).map(({ cause, epc }) => {
    expect(cause).toBe(2);
    return instructions.find((_, n) => machine.at(`i${n}`) === epc) ?? `pc ${epc}`;
  });
}

const reads = (names: readonly string[]) => names.map((name) => `csrr a0, ${name}`);

const S_CSRS = [
  ...['sstatus', 'sie', 'stvec', 'scounteren', 'senvcfg', 'sscratch', 'sepc', 'scause', 'stval'],
  ...['sip', 'stimecmp', 'satp', 'medeleg', 'mideleg'],
];
const U_CSRS = ['mcounteren', 'menvcfg'];
const F_CSRS = ['fflags', 'frm', 'fcsr'];
const M_CSRS = ['mstatus', 'misa', 'mie', 'mip', 'mtvec', 'mscratch', 'mepc', 'mcause', 'mtval'];

describe('mstatus (Privileged 3.1.6)', () => {
  it.each([
    ['rv64', UXL | SXL, MIE | MPIE | MPP | FS | MPRV | TW | S_FIELDS | UXL | SXL | SD],
    [WITHOUT_S, UXL, MIE | MPIE | MPP | FS | MPRV | TW | UXL | SD],
    [MACHINE_ONLY, MPP, MIE | MPIE | MPP | FS | SD],
    [WITHOUT_F, UXL | SXL, MIE | MPIE | MPP | MPRV | TW | S_FIELDS | UXL | SXL],
  ])(
    'of %s has the fields of its modes, at reset and after a write of ones',
    async (cpu, reset, ones) => {
      const machine = await run(
        cpu,
        `csrr s0, mstatus
      li a0, -1
      csrw mstatus, a0
      csrr s1, mstatus
      csrw mstatus, zero`,
      );
      expect(machine.x('s0')).toBe(reset);
      expect(machine.x('s1')).toBe(ones);
    },
  );

  it.each([
    ['rv64', [0n, 1n, 1n, 3n]],
    [WITHOUT_S, [0n, 0n, 0n, 3n]],
    [MACHINE_ONLY, [3n, 3n, 3n, 3n]],
  ])('of %s holds in MPP only modes that there are (3.1.6.1)', async (cpu, expected) => {
    const write = (mode: number, to: string) => `
      li a0, 3 << 11
      csrr a1, mstatus
      not a0, a0
      and a1, a1, a0
      li a0, ${mode} << 11
      or a1, a1, a0
      csrw mstatus, a1
      csrr ${to}, mstatus
      srli ${to}, ${to}, 11
      andi ${to}, ${to}, 3`;
    const machine = await run(
      cpu,
      ['s0', 's1', 's2', 's3'].map((to, mode) => write(mode, to)).join('\n'),
    );
    expect(values(machine, ['s0', 's1', 's2', 's3'])).toEqual(expected);
  });

  it('of a model without F has no FS in sstatus either', async () => {
    const machine = await run(WITHOUT_F, 'li a0, 3 << 13; csrs sstatus, a0; csrr s0, sstatus');
    expect(machine.x('s0')).toBe(UXL);
  });
});

describe('MRET', () => {
  it('stays in M-mode where there is no other, and MPP with it (Privileged 3.1.6.1)', async () => {
    const machine = await run(
      MACHINE_ONLY,
      `la a0, 1f
      csrw mepc, a0
      mret
1:    csrr s0, mstatus
      la a0, 2f
      csrw mepc, a0
      li a0, 3 << 11
      csrc mstatus, a0
      mret
2:    li s1, 1
      ecall`,
    );
    expect(machine.x('s0')).toBe(MPP | MPIE);
    expect(machine.x('s1')).toBe(1n);
    expect(traps(machine).map(({ cause }) => cause)).toEqual([11]);
    expect(machine.privilege()).toBe(3);
  });

  it('goes to U-mode without S-mode, clears MPRV, and leaves U in MPP (3.1.6.1, 3.1.6.3)', async () => {
    const machine = await run(
      WITHOUT_S,
      `li a0, 1 << 17
      csrs mstatus, a0
      ${enter('U')}
      csrr s0, mscratch
      ecall
      ${TO_MACHINE}
      csrr s1, mstatus`,
    );
    // A read of an M-mode CSR, then the call: from U-mode.
    expect(traps(machine).map(({ cause }) => cause)).toEqual([2, 8]);
    expect(machine.x('s1') & MPRV).toBe(0n);
  });

  it('without S-mode translates nothing below M-mode, by MPRV or in U-mode', async () => {
    const machine = await run(
      WITHOUT_S,
      `li a0, 8 << 60
      csrw satp, a0
      la a1, word
      li a0, 1 << 17
      csrs mstatus, a0
      ld s0, 0(a1)
      ${enter('U')}
      ld s1, 0(a1)
      ${TO_MACHINE}
      j 1f
.balign 8
word: .dword 0x1234
1:`,
    );
    expect(traps(machine).map(({ cause }) => cause)).toEqual([2]);
    expect(values(machine, ['s0', 's1'])).toEqual([0x1234n, 0x1234n]);
  });
});

describe('CSRs and instructions', () => {
  it('of S-mode are illegal without it, as its interrupts’ enables are absent (3.1.8, 3.1.9)', async () => {
    const both = [...reads(S_CSRS), ...S_CSRS.map((name) => `csrw ${name}, a0`)];
    const others = [...both, 'sret', 'sfence.vma'];
    expect(await illegal(WITHOUT_S, [...others, ...reads([...M_CSRS, ...U_CSRS])])).toEqual(others);
    const machine = await run(
      WITHOUT_S,
      `li a0, -1
      csrw mie, a0
      csrr s0, mie
      csrw mie, zero
      csrw mip, a0
      csrr s1, mip
      csrw menvcfg, a0
      csrr s2, menvcfg`,
    );
    expect(values(machine, ['s0', 's1'])).toEqual([0x888n, 0n]);
    // Of menvcfg FIOM alone speaks of U-mode (3.1.18).
    expect(machine.x('s2') & ~1n).toBe(0n);
  });

  it('are there in a model that has everything', async () => {
    expect(
      await illegal('rv64', [
        'li a0, 1 << 13; csrs mstatus, a0',
        ...reads([...S_CSRS, ...U_CSRS, ...F_CSRS, ...M_CSRS]),
        'sfence.vma',
      ]),
    ).toEqual([]);
    const machine = await run('rv64', 'li a0, -1; csrw mie, a0; csrr s0, mie; csrw mie, zero');
    expect(machine.x('s0')).toBe(0xaaan);
  });

  it('mcounteren and menvcfg are illegal without U-mode (3.1.11, 3.1.18)', async () => {
    const absent = [...U_CSRS, ...S_CSRS];
    expect(await illegal(MACHINE_ONLY, reads([...absent, ...M_CSRS]))).toEqual(reads(absent));
  });

  it('of floating point are illegal without F, whatever is written to FS (3.1.6.6)', async () => {
    const set = 'li a0, 3 << 13; csrs mstatus, a0';
    const float = [...reads(F_CSRS), 'csrw fcsr, zero', 'fadd.s fa0, fa0, fa0', 'fld fa0, 0(sp)'];
    expect(await illegal(WITHOUT_F, [set, ...float, ...reads(M_CSRS)])).toEqual(float);
    // With F they are illegal only while FS is Off.
    const off = 'li a0, 3 << 13; csrc mstatus, a0';
    expect(await illegal('rv64', [off, ...reads(F_CSRS), set, ...reads(['frm'])])).toEqual(
      reads(F_CSRS),
    );
  });

  it('counters in U-mode without S-mode are mcounteren’s alone to give (3.1.11)', async () => {
    const machine = await run(
      WITHOUT_S,
      `li a0, 5
      csrw mcounteren, a0
      ${enter('U')}
      rdcycle s0
      rdinstret s1
      rdtime s2
      ${TO_MACHINE}`,
    );
    expect(traps(machine).map(({ cause }) => cause)).toEqual([2]);
    expect(machine.x('s0')).toBeGreaterThan(0n);
    expect(machine.x('s1')).toBe(machine.x('s0') + 1n);
  });
});

it.each([
  ['rv64', 'ACDFIMSU'],
  [WITHOUT_S, 'ACDFIMU'],
  [MACHINE_ONLY, 'ACDFIM'],
  [WITHOUT_F, 'ACIMSU'],
])('misa of %s names its extensions (Privileged 3.1.1)', async (cpu, letters) => {
  const misa = (await run(cpu, 'nop')).csr('misa');
  const named = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter(
    (_, n) => ((misa >> BigInt(n)) & 1n) !== 0n,
  );
  expect(misa >> 62n).toBe(2n);
  expect(named.join('')).toBe(letters);
});
