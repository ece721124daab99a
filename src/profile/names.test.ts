import { describe, expect, it } from 'vitest';
import { nameFunctions, OTHERS } from './names.js';
import type { Mode } from './profile.js';
import { type Sample, Tally } from './tally.js';

const sample = (mode: Mode, pc: bigint, process?: string): Sample => ({
  hart: 0,
  mode,
  pc,
  process,
  class: 'arithmetic',
  taken: false,
  reads: false,
  writes: false,
  entersPage: false,
});

const symbol = (name: string, address: bigint) => ({ name, address, size: 0n });
const KERNEL = 0xffff_ffff_8000_0000n;
const linux = {
  functions: [symbol('start_kernel', KERNEL), symbol('memset', KERNEL + 0x100n)],
  addresses: new Map([['init_task', KERNEL + 0x1000n]]),
};

function named(
  samples: readonly Sample[],
  sources: Partial<Parameters<typeof nameFunctions>[1]> = {},
) {
  const tally = new Tally(1);
  for (const each of samples) tally.add(each);
  const { functions, symbols } = nameFunctions(tally, {
    file: undefined,
    program: [],
    kernel: () => undefined,
    ...sources,
  });
  return {
    symbols,
    rows: functions.map(({ name, mode, samples: n }) => [name, mode, n]),
    functions,
  };
}

describe('the names of sampled code', () => {
  it('are of the kernel, of processes, and of firmware', () => {
    const { rows, symbols } = named(
      [
        sample('S', KERNEL + 0x104n),
        sample('S', KERNEL + 0x108n),
        sample('S', KERNEL + 0x108n),
        sample('S', KERNEL - 0x100_0000n),
        sample('U', 0x1_0000n, 'sh'),
        sample('U', 0x2_0000n, 'sh'),
        sample('M', 0x8000_0004n),
      ],
      { kernel: () => linux, program: [symbol('_start', 0x8000_0000n)] },
    );
    expect(symbols).toBe('kallsyms');
    expect(rows).toEqual([
      ['memset', 'S', 3],
      ['[process sh]', 'U', 2],
      ['_start', 'M', 1],
      ['[kernel modules]', 'S', 1],
    ]);
  });

  it('are those of a file before all others', () => {
    const file = { functions: [symbol('mine', 0x8000_0000n)], addresses: new Map() };
    const { rows, symbols } = named([sample('M', 0x8000_0004n)], {
      file,
      program: [symbol('_start', 0x8000_0000n)],
    });
    expect([symbols, rows]).toEqual(['file', [['mine', 'M', 1]]]);
  });

  it('are pages where nobody knows better', () => {
    const { rows, symbols } = named([sample('U', 0x1234n), sample('U', 0x1ffcn)]);
    expect([symbols, rows]).toEqual([null, [['[0x1000]', 'U', 2]]]);
  });

  it('are a thousand at the most, and the others', () => {
    const many = Array.from({ length: 1500 }, (_, n) => sample('M', BigInt(n) << 12n));
    const { functions, rows } = named([...many, sample('M', 0n), sample('S', 0n)]);
    expect(functions).toHaveLength(1002);
    expect(rows[0]).toEqual(['[0x0]', 'M', 2]);
    expect(rows.slice(-2)).toEqual([
      [OTHERS, 'M', 500],
      [OTHERS, 'S', 1],
    ]);
    expect(functions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
