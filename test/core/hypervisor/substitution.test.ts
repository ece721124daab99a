/** VS CSRs stand for supervisor CSRs while V is 1 (Privileged 15.2). */
import { describe, expect, it } from 'vitest';
import { FS, SD, SIE, SPP, SUM, TVM, UXL } from './fields.js';
import { hartIn } from './hart.js';

const PAIRS: readonly (readonly [string, string, bigint, bigint])[] = [
  // Supervisor's, VS-mode's, a value of the one, a value of the other.
  ['sstatus', 'vsstatus', UXL | SUM, UXL | SIE | SPP],
  ['stvec', 'vstvec', 0x8000_3000n, 0x8000_5000n],
  ['sscratch', 'vsscratch', 1n, 2n],
  ['sepc', 'vsepc', 0x8000_0010n, 0x8000_0020n],
  ['scause', 'vscause', 3n, 4n],
  ['stval', 'vstval', 5n, 6n],
  ['satp', 'vsatp', 7n, 8n],
  ['stimecmp', 'vstimecmp', -1n, -2n],
];
const OTHER = 0x8000_6000n;

describe.each(PAIRS)('%s', (own, virtual, ownValue, virtualValue) => {
  const STATE = {
    menvcfg: 1n << 63n,
    henvcfg: 1n << 63n,
    mcounteren: 2,
    hcounteren: 2,
    [own]: ownValue,
    [virtual]: virtualValue,
    a1: own === 'sstatus' ? SUM : OTHER,
  };
  const own64 = BigInt.asUintN(64, ownValue);
  const virtual64 = BigInt.asUintN(64, virtualValue);

  it(`is ${virtual} in VS-mode, to be read and written; the other keeps its value`, async () => {
    const hart = await hartIn('VS', STATE);
    expect(hart.result(`csrr a0, ${own}`)).toBe(virtual64);
    expect(hart.result(`csrrw a0, ${own}, a1`)).toBe(virtual64);
    expect(hart.csr(own)).toBe(own64);
    expect(hart.csr(virtual)).toBe(own === 'sstatus' ? UXL | SUM : OTHER);
  });

  it.each(['HS', 'M'] as const)(
    `is itself in %s-mode, and ${virtual} has its own name`,
    async (mode) => {
      const hart = await hartIn(mode, STATE);
      expect(hart.result(`csrr a0, ${own}`)).toBe(own64);
      expect(hart.result(`csrr a0, ${virtual}`)).toBe(virtual64);
      hart.step(`csrw ${own}, a1`);
      expect(hart.csr(virtual)).toBe(virtual64);
      hart.step(`csrw ${virtual}, a1`);
      expect(hart.csr(virtual)).toBe(own === 'sstatus' ? UXL | SUM : OTHER);
    },
  );
});

it.each(['senvcfg', 'scounteren'])('%s has no double and is what it is', async (name) => {
  const hart = await hartIn('VS', { [name]: 1, a1: 0 });
  expect(hart.result(`csrr a0, ${name}`)).toBe(1n);
  hart.step(`csrw ${name}, zero`);
  expect(hart.csr(name)).toBe(0n);
});

describe('vsstatus', () => {
  it('has an SD of its own FS alone (15.2.11)', async () => {
    const hart = await hartIn('VS', { mstatus: FS, vsstatus: 0 });
    expect(hart.result('csrr a0, sstatus')).toBe(UXL);
    const other = await hartIn('VS', { mstatus: 0, vsstatus: FS });
    expect(other.result('csrr a0, sstatus')).toBe(UXL | FS | SD);
    expect(other.csr('sstatus')).toBe(UXL);
  });

  it('shows VS-mode no more than sstatus shows HS-mode', async () => {
    const hart = await hartIn('VS', { mstatus: TVM, a1: -1 });
    hart.step('csrw sstatus, a1');
    expect(hart.csr('vsstatus')).toBe(0x8000_0002_000c_6122n);
    expect(hart.csr('mstatus') & ~(3n << 34n)).toBe(TVM | UXL);
  });
});
