import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { GuestMemory } from '../../src/core/guest-memory.js';
import { readKallsyms } from '../../src/profile/linux/kallsyms.js';
import { newCore } from '../core/machine.js';
import { randomNumbers } from '../core/random.js';
import { type KernelSymbol, kallsymsImage } from './kallsyms-image.js';

const SIZE = 16 << 20;
const KERNEL = 0xffff_ffff_8000_0000n;

let core: Core;
let vm = 0;
beforeEach(async () => {
  core ??= await newCore();
  vm = core.createVm(SIZE, 1, 0n, 0);
});
afterEach(() => core.exports.vmDestroy(vm));

/** The RAM of the test's VM, zeroed. */
function newRam(): GuestMemory {
  core.exports.vmDestroy(vm);
  vm = core.createVm(SIZE, 1, 0n, 0);
  return new GuestMemory(core, vm, SIZE);
}

function symbols(count: number): KernelSymbol[] {
  return Array.from({ length: count }, (_, i) => ({
    type: i % 5 === 0 ? 'D' : i % 2 === 0 ? 'T' : 't',
    // One name is so long that its length takes two bytes.
    name: i === 7 ? `sym_${'x'.repeat(300)}` : `sym_${i}_longword`,
    address: KERNEL + BigInt(i * 64),
  }));
}

describe("the kernel's own symbols in RAM", () => {
  it.each(['offsets-last', 'offsets-first'] as const)('are read with the %s', (order) => {
    for (const count of [600, 512, 513]) {
      const ram = newRam();
      // Across the pieces in which RAM is searched, too.
      ram.write(RAM_BASE + 0xf_f008n, kallsymsImage(symbols(count), order));
      const found = readKallsyms(ram);
      const code = symbols(count).filter(({ type }) => type !== 'D');
      expect(found?.functions).toEqual(
        code.map(({ name, address }) => ({ name, address, size: 0n })),
      );
      expect(found?.addresses.get('sym_5_longword')).toBe(KERNEL + 5n * 64n);
      expect(found?.addresses.size).toBe(count);
    }
  });

  it('are none where there is no kernel', () => {
    expect(readKallsyms(newRam())).toBeUndefined();
  });

  it('are found behind what only looks like the beginning', () => {
    const ram = newRam();
    const image = kallsymsImage(symbols(600), 'offsets-last');
    ram.write(
      RAM_BASE + 0x1000n,
      new TextEncoder().encode('0\x001\x002\x003\x004\x005\x006\x007\x008\x009\x00'),
    );
    ram.write(RAM_BASE + 0x2000n, image.subarray(0, image.length / 2));
    ram.write(RAM_BASE + 0x20_0000n, image);
    expect(readKallsyms(ram)?.functions).toHaveLength(480);
  });

  it('are none, or some, in a guest that makes trouble, and soon', () => {
    const random = randomNumbers(11);
    const image = kallsymsImage(symbols(600), 'offsets-last');
    for (let round = 0; round < 40; round++) {
      const ram = newRam();
      const bytes = image.slice();
      for (let i = 0; i < 3; i++) bytes[random(bytes.length)] = random(256);
      // Also at the very end of RAM, and cut there.
      const last = RAM_BASE + BigInt(SIZE - 8 * random(bytes.length / 8));
      const room = Number(RAM_BASE + BigInt(SIZE) - last);
      ram.write(last, bytes.subarray(0, room));
      ram.write(RAM_BASE, bytes.subarray(8 * random(64)));
      for (const { name } of readKallsyms(ram)?.functions ?? []) {
        expect(name.length).toBeLessThan(10_000);
      }
    }
  });

  it('are given up where RAM is full of tables', () => {
    const ram = newRam();
    const one = kallsymsImage(symbols(300), 'offsets-last').subarray(0, 12_288);
    const broken = one.slice();
    broken.fill(0, 8, 40);
    for (let at = 0; at + broken.length < SIZE; at += broken.length) {
      ram.write(RAM_BASE + BigInt(at), broken);
    }
    const [bytes, words] = [vi.spyOn(ram, 'read'), vi.spyOn(ram, 'readU64')];
    expect(readKallsyms(ram)).toBeUndefined();
    // To look at each of the thousand tables closely would take 20 million words.
    expect(bytes.mock.calls.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(SIZE);
    expect(words.mock.calls.length).toBeLessThan(200_000);
  });
});
