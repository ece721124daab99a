import { describe, expect, it } from 'vitest';
import { cells, nodeAt, parseTree } from '../../test/flattened-tree-reader.js';
import { elfFile, linuxImage } from '../../test/image-maker.js';
import { ConfigurationError, ImageError } from '../core/errors.js';
import { planBoot } from './boot.js';
import { parseCpuModel } from './cpu-model.js';

const MEGABYTE = 2 ** 20;
const RAM = 0x8000_0000n;
const code = Uint8Array.of(0x6f, 0, 0, 0);

const board = (megabytes: number, cpu = 'rv64') => ({
  memory: megabytes * MEGABYTE,
  cpus: 1,
  cpu: parseCpuModel(cpu),
});

describe('placing a kernel', () => {
  it('puts the kernel at its text offset, the tree at the end, the initrd between', () => {
    const kernel = linuxImage(4096, { imageSize: 0x10_0000n });
    const initrd = new Uint8Array(100_000).fill(1);
    const plan = planBoot({ kernel, initrd, append: 'quiet' }, board(64));
    const [image, tree, disk] = plan.contents;
    expect(plan.entry).toBe(RAM + 0x20_0000n);
    expect(image?.address).toBe(plan.entry);
    expect(plan.machineMode).toBe(false);
    const end = RAM + BigInt(64 * MEGABYTE);
    expect(tree?.address).toBe(plan.tree);
    expect((tree?.address ?? 0n) + BigInt(tree?.bytes.length ?? 0)).toBeLessThanOrEqual(end);
    const diskEnd = (disk?.address ?? 0n) + BigInt(initrd.length);
    expect(diskEnd).toBeLessThanOrEqual(plan.tree);
    expect((disk?.address ?? 1n) % 4096n).toBe(0n);
    const chosen = nodeAt(parseTree(tree?.bytes ?? new Uint8Array()), 'chosen').properties;
    expect(cells(chosen.get('linux,initrd-start'))).toEqual([0, Number(disk?.address)]);
    expect(cells(chosen.get('linux,initrd-end'))).toEqual([0, Number(diskEnd)]);
  });

  it.each([
    ['a short file', new Uint8Array(10), /only 10 bytes/],
    ['text', new Uint8Array(100).fill(65), /no Linux Image for riscv64/],
    ['an ELF file', elfFile(code), /an ELF file/],
    ['gzip data', new Uint8Array(100).map((_, i) => [0x1f, 0x8b][i] ?? 0), /gzip/],
    ['a big-endian image', linuxImage(4096, { flags: 1n }), /big-endian/],
    ['a broken header', linuxImage(4096, { textOffset: 1n << 40n }), /broken header/],
    ['a kernel beyond RAM', linuxImage(4096, { imageSize: 100n << 20n }), /needs 102M.*has 64M/],
  ])('refuses %s', (_, kernel, message) => {
    expect(() => planBoot({ kernel }, board(64))).toThrow(ImageError);
    expect(() => planBoot({ kernel }, board(64))).toThrow(message);
  });

  it('refuses an initrd that does not fit, and says how much would', () => {
    const images = { kernel: linuxImage(4096), initrd: new Uint8Array(80 * MEGABYTE) };
    expect(() => planBoot(images, board(64))).toThrow(/initrd \(80M\) is too large.*61M/);
  });

  it('refuses a command line that Linux would cut', () => {
    const images = { kernel: linuxImage(4096), append: 'x'.repeat(1024) };
    expect(() => planBoot(images, board(64))).toThrow(/longer than 1023/);
  });

  it('refuses a CPU model that cannot run Linux', () => {
    const images = { kernel: linuxImage(4096) };
    expect(() => planBoot(images, board(64, 'rv64,a=off'))).toThrow(ConfigurationError);
  });
});

describe('placing a bare program', () => {
  it('loads segments by physical address and starts in M-mode', () => {
    const plan = planBoot({ bare: elfFile(code, { size: 4096n }) }, board(16));
    expect(plan.machineMode).toBe(true);
    expect(plan.entry).toBe(RAM);
    expect(plan.contents[0]).toMatchObject({ address: RAM, bytes: code });
  });

  it.each([
    ['no ELF file', new Uint8Array(100), /no ELF file/],
    ['an empty file', new Uint8Array(0), /no ELF file/],
    ['a cut header', elfFile(code).subarray(0, 40), /header ends beyond byte 40/],
    ['a cut segment', elfFile(code).subarray(0, 122), /segment 0 ends beyond/],
    ['32 bits', elfFile(code, { elfClass: 1 }), /32-bit/],
    ['big-endian', elfFile(code, { data: 2 }), /big-endian/],
    ['x86-64', elfFile(code, { machine: 62 }), /is for x86-64/],
    ['an unknown machine', elfFile(code, { machine: 999 }), /machine 999/],
    ['an object file', elfFile(code, { type: 1 }), /object file/],
    ['a position-independent one', elfFile(code, { type: 3 }), /position-independent/],
    ['a segment below RAM', elfFile(code, { address: 0x1000n }), /outside of the VM's RAM/],
    ['a segment beyond RAM', elfFile(code, { size: 17n << 20n }), /outside of the VM's RAM/],
    ['a segment over the tree', elfFile(code, { size: 16n << 20n }), /no room/],
    ['nothing to load', elfFile(code, { size: 0n, fileSize: 0n }), /nothing to load/],
    ['more in the file than in RAM', elfFile(code, { size: 1n }), /larger in the file/],
  ])('refuses %s', (_, bare, message) => {
    expect(() => planBoot({ bare }, board(16))).toThrow(ImageError);
    expect(() => planBoot({ bare }, board(16))).toThrow(message);
  });
});
