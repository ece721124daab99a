import { describe, expect, it } from 'vitest';
import { cells, nodeAt, parseTree } from '../../test/flattened-tree-reader.js';
import { elfFile, linuxImage } from '../../test/image-maker.js';
import { ConfigurationError, ImageError } from '../core/errors.js';
import { type BootPlan, planBoot } from './boot.js';
import { parseCpuModel } from './cpu-model.js';

const MEGABYTE = 2 ** 20;
const RAM = 0x8000_0000n;
const KERNEL = RAM + 0x20_0000n;
const code = Uint8Array.of(0x6f, 0, 0, 0);

const board = (megabytes: number, cpu = 'rv64') => ({
  memory: megabytes * MEGABYTE,
  cpus: 2,
  cpu: parseCpuModel(cpu),
});

/** The bytes that a plan puts at an address. */
function bytesAt(plan: BootPlan, address: bigint): Uint8Array {
  const found = plan.contents.find((piece) => piece.address === address);
  if (found === undefined) throw new Error(`nothing is placed at 0x${address.toString(16)}`);
  return found.bytes;
}

/** The words of the record that a2 points at. */
function record(plan: BootPlan): bigint[] {
  const bytes = bytesAt(plan, plan.nextStage ?? 0n);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(8 * i, true));
}

/** Fails if any two pieces overlap or one leaves RAM. */
function checkApart(plan: BootPlan, megabytes: number): void {
  const pieces = plan.contents.toSorted((a, b) => (a.address < b.address ? -1 : 1));
  let end = RAM;
  for (const { address, bytes } of pieces) {
    expect(address).toBeGreaterThanOrEqual(end);
    end = address + BigInt(bytes.length);
  }
  expect(end).toBeLessThanOrEqual(RAM + BigInt(megabytes * MEGABYTE));
}

describe('placing firmware', () => {
  it('starts raw code at the bottom of RAM, with a kernel where it expects one', () => {
    const kernel = linuxImage(4096, { imageSize: 0x10_0000n });
    const initrd = new Uint8Array(100_000).fill(1);
    const plan = planBoot({ firmware: code, kernel, initrd, append: 'quiet' }, board(256));
    expect(plan).toMatchObject({ entry: RAM, machineMode: true });
    expect(bytesAt(plan, RAM)).toBe(code);
    expect(bytesAt(plan, KERNEL)).toBe(kernel);
    // Half of RAM above the kernel: out of the way of what moves itself to the end.
    const disk = KERNEL + BigInt(128 * MEGABYTE);
    expect(bytesAt(plan, disk)).toBe(initrd);
    const tree = bytesAt(plan, plan.tree);
    const chosen = nodeAt(parseTree(tree), 'chosen').properties;
    expect(cells(chosen.get('linux,initrd-start'))).toEqual([0, Number(disk)]);
    expect(cells(chosen.get('linux,initrd-end'))).toEqual([0, Number(disk) + initrd.length]);
    expect(new TextDecoder().decode(chosen.get('bootargs'))).toBe('quiet\0');
    checkApart(plan, 256);
  });

  it('leaves room behind the tree, which OpenSBI extends in its place', () => {
    const plan = planBoot({ firmware: code }, board(16));
    const end = plan.tree + BigInt(bytesAt(plan, plan.tree).length);
    expect((plan.nextStage ?? 0n) - end).toBeGreaterThanOrEqual(0x4000n);
  });

  it('names the next stage as OpenSBI’s struct fw_dynamic_info does', () => {
    const kernel = linuxImage(4096);
    const supervisor = 1n;
    const osbi = 0x4942534fn;
    expect(record(planBoot({ firmware: code, kernel }, board(64)))).toEqual([
      ...[osbi, 2n, KERNEL, supervisor, 0n, 0n],
    ]);
    expect(record(planBoot({ firmware: code }, board(64)))[2]).toBe(0n);
  });

  it('takes ELF files: where they are linked, or at their place if position-independent', () => {
    const linked = elfFile(code, { address: RAM + 0x1000n });
    const kernel = elfFile(code, { address: 0x8100_0000n });
    const plan = planBoot({ firmware: linked, kernel }, board(64));
    expect(plan.entry).toBe(RAM + 0x1000n);
    expect(record(plan)[2]).toBe(0x8100_0000n);
    const movable = elfFile(code, { address: 0x100n, type: 3 });
    const moved = planBoot({ firmware: movable, kernel: movable }, board(64));
    expect(moved.entry).toBe(RAM + 0x100n);
    expect(record(moved)[2]).toBe(KERNEL + 0x100n);
  });

  it('starts any raw code as a kernel', () => {
    const plan = planBoot({ firmware: code, kernel: code }, board(64));
    expect(bytesAt(plan, KERNEL)).toBe(code);
  });

  it.each([
    ['in the middle of RAM', 1, 0x10_0000n, 128, KERNEL + 64n * 0x10_0000n],
    ['above a kernel that is larger', 1, 0x700_0000n, 128, KERNEL + 0x700_0000n],
    ['below the tree if it is large', 70, 0x10_0000n, 128, RAM + 0x7ff_0000n - 70n * 0x10_0000n],
    ['above where FW_JUMP moves the tree', 1, 0x10_0000n, 48, RAM + 0x221_0000n],
    ['512 MiB above the kernel at most', 1, 0x10_0000n, 2048, KERNEL + 0x2000_0000n],
  ])('puts the initrd %s', (_, megabytes, imageSize, ram, place) => {
    const kernel = linuxImage(4096, { imageSize });
    const initrd = new Uint8Array(megabytes * MEGABYTE);
    const plan = planBoot({ firmware: code, kernel, initrd }, board(ram));
    expect(bytesAt(plan, place)).toBe(initrd);
    checkApart(plan, ram);
  });

  const large = new Uint8Array(3 * MEGABYTE).fill(0x13);
  const below = elfFile(code, { address: 0x1000n });
  const zeroed = elfFile(code, { size: 0x30_0000n });
  it.each([
    ['an empty file', { firmware: new Uint8Array(0) }, /the firmware is an empty file/],
    ['text', { firmware: new Uint8Array(100).fill(65) }, /the firmware is text/],
    ['zeroes', { firmware: new Uint8Array(100) }, /the firmware begins with no instruction/],
    ['erased flash', { firmware: new Uint8Array(9).fill(255) }, /begins with no instruction/],
    ['gzip data', { firmware: Uint8Array.of(0x1f, 0x8b, 8, 0) }, /the firmware is gzip data/],
    ['32 bits', { firmware: elfFile(code, { elfClass: 1 }) }, /the firmware is a 32-bit ELF/],
    ['x86-64', { firmware: elfFile(code, { machine: 62 }) }, /the firmware is for x86-64/],
    ['an object file', { firmware: elfFile(code, { type: 1 }) }, /is an object file/],
    ['one below RAM', { firmware: below }, /wants to be at 0x1000; RAM is at 0x80000000/],
    ['one that is too large', { firmware: new Uint8Array(65 << 20).fill(1) }, /needs 65M.*has 64M/],
    [
      'raw code over the kernel',
      { firmware: large, kernel: code },
      /over the kernel at 0x80200000/,
    ],
    ['zeroed data over the kernel', { firmware: zeroed, kernel: code }, /to 0x80300000, over/],
    [
      'a kernel of gzip data',
      { firmware: code, kernel: Uint8Array.of(0x1f, 0x8b) },
      /kernel is gz/,
    ],
    ['an empty kernel', { firmware: code, kernel: new Uint8Array(0) }, /kernel is an empty file/],
    [
      'a kernel that is too large',
      { firmware: code, kernel: linuxImage(4096, { imageSize: 100n << 20n }) },
      /the kernel needs 102M of RAM.*the VM has 64M/,
    ],
    [
      'an initrd that does not fit',
      { firmware: code, initrd: new Uint8Array(40 * MEGABYTE) },
      /the initrd \(40M\) is too large: beside firmware and kernel, 29M of the VM's 64M are left/,
    ],
    ['a command line that Linux cuts', { firmware: code, append: 'x'.repeat(1024) }, /than 1023/],
  ])('refuses %s', (_, images, message) => {
    expect(() => planBoot(images, board(64))).toThrow(ImageError);
    expect(() => planBoot(images, board(64))).toThrow(message);
  });

  it('refuses a kernel on a CPU model without S-mode', () => {
    const plan = () => planBoot({ firmware: code, kernel: code }, board(64, 'rv64,s=off'));
    expect(plan).toThrow(ConfigurationError);
    expect(plan).toThrow(/S-mode, which CPU model 'rv64,s=off' switches off/);
    expect(planBoot({ firmware: code }, board(64, 'rv64,s=off')).entry).toBe(RAM);
  });
});
