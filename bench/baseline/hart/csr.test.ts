import { describe, expect, it } from 'vitest';
import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { HartRegister } from '../../../src/core/abi.js';
import type { Machine } from '../../../test/core/machine.js';
import { randomNumbers } from '../../../test/core/random.js';
import { everything, sideBySide } from '../../../test/core/side-by-side.js';

const ROUNDS = 8;
const WRITES = 150;
const MODELS = [
  'rv64',
  'rv64,sv57=off,svpbmt=off',
  'rv64,sstc=off,svadu=off,sv48=off',
  'rv64,c=off,f=off,zicntr=off',
  'rv64,s=off',
  'rv64,u=off',
];
const NUMBERS = [...CSR_NUMBERS.values()];
/** What WARL fields and masks are made of. */
const PARTS = [
  ...[0n, 1n, 2n, 0x222n, 0xaaan, 0x1800n, 0x6000n, 0x800n, 7n << 17n, 7n << 20n, 0x1fn],
  ...[0x80n << 56n, 0x9f9f_1f18_0f02_8b07n, 0xffff_ffffn, 0xffff_ffff_0000_0000n, 8n << 60n],
  ...[9n << 60n, 10n << 60n, 0x1234n << 44n, 1n << 61n, 1n << 63n, 0x7fff_ffff_ffff_ffffn],
];

describe('the CSRs of the baseline', () => {
  it.each(MODELS)('take and yield what those of the core do: %s', async (cpu) => {
    const { core, ts } = await sideBySide('j .', { cpu });
    const below = randomNumbers(MODELS.indexOf(cpu) + 1);
    const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
    const value = () => {
      const random = (BigInt(below(2 ** 31)) << 33n) | BigInt(below(2 ** 31));
      return below(3) === 0 ? random : pick(PARTS) | pick(PARTS);
    };
    expect(everything(ts)).toEqual(everything(core));
    let taken = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (let write = 0; write < WRITES; write++) {
        const number = below(8) === 0 ? below(4096) : pick(NUMBERS);
        const bits = value();
        const set = core.core.exports.hartSetCsr(core.vm, 0, number, bits);
        expect(ts.core.exports.hartSetCsr(ts.vm, 0, number, bits)).toBe(set);
        taken += set;
      }
      const register = below(67);
      const bits = register === HartRegister.Privilege ? BigInt(pick([0, 1, 3])) : value();
      for (const machine of [core, ts]) {
        machine.core.exports.hartSetRegister(machine.vm, 0, register, bits);
      }
      expect(everything(ts)).toEqual(everything(core));
    }
    const all = ({ core, vm }: Machine) =>
      Array.from({ length: 4096 }, (_, number) => core.exports.hartCsr(vm, 0, number)).join(' ');
    expect(all(ts)).toBe(all(core));
    expect(taken).toBeGreaterThan((ROUNDS * WRITES) / 8);
  });
});
