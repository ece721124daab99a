import { describe, expect, it } from 'vitest';
import { cells, nodeAt, parseTree, texts } from '../../test/flattened-tree-reader.js';
import { boardBlob } from './board.js';
import { parseCpuModel } from './cpu-model.js';

const MEMORY = 256 * 2 ** 20;

function tree(cpus: number, cpu = 'rv64') {
  return parseTree(
    boardBlob({
      memory: MEMORY,
      cpus,
      cpu: parseCpuModel(cpu),
      bootargs: 'console=ttyS0',
      initrd: { start: 0x8f00_0000n, end: 0x8f10_0000n },
      rngSeed: new Uint8Array(64).fill(5),
    }),
  );
}

describe("the board's device tree", () => {
  it('has a node for each hart, with its interrupt controller', () => {
    const root = tree(3);
    for (const hart of [0, 1, 2]) {
      const cpu = nodeAt(root, `cpus/cpu@${hart}`);
      expect(cells(cpu.properties.get('reg'))).toEqual([hart]);
      expect(texts(cpu.properties.get('mmu-type'))).toEqual(['riscv,sv57']);
      expect(texts(cpu.properties.get('riscv,isa-extensions'))).toContain('svadu');
      expect(nodeAt(cpu, 'interrupt-controller').properties.has('phandle')).toBe(true);
    }
    expect(root.children.get('cpus')?.children.size).toBe(3);
    expect(cells(nodeAt(root, 'cpus').properties.get('timebase-frequency'))).toEqual([10_000_000]);
  });

  it('follows the CPU model', () => {
    const cpu = nodeAt(tree(1, 'rv64,sv57=off,svadu=off'), 'cpus/cpu@0');
    expect(texts(cpu.properties.get('mmu-type'))).toEqual(['riscv,sv48']);
    expect(texts(cpu.properties.get('riscv,isa-extensions'))).not.toContain('svadu');
    expect(texts(cpu.properties.get('riscv,isa'))[0]).not.toContain('svadu');
  });

  it('wires interrupts of every hart: software and timer to the CLINT, external to the PLIC', () => {
    const root = tree(2);
    const handle = (hart: number) =>
      cells(nodeAt(root, `cpus/cpu@${hart}/interrupt-controller`).properties.get('phandle'))[0];
    const wires = (path: string) => cells(nodeAt(root, path).properties.get('interrupts-extended'));
    const [first, second] = [handle(0), handle(1)];
    expect(wires('soc/clint@2000000')).toEqual([first, 3, first, 7, second, 3, second, 7]);
    expect(wires('soc/plic@c000000')).toEqual([first, 11, first, 9, second, 11, second, 9]);
  });

  it('has the devices of the virt board at their addresses', () => {
    const root = tree(1);
    const device = (name: string) => {
      const { properties } = nodeAt(root, `soc/${name}`);
      const irq = properties.get('interrupts');
      return [cells(properties.get('reg')), irq === undefined ? [] : cells(irq)].flat();
    };
    expect(device('serial@10000000')).toEqual([0, 0x1000_0000, 0, 0x100, 10]);
    expect(device('rtc@101000')).toEqual([0, 0x10_1000, 0, 0x1000, 11]);
    expect(device('rng@102000')).toEqual([0, 0x10_2000, 0, 16, 12]);
    expect(texts(nodeAt(root, 'soc/rng@102000').properties.get('compatible'))).toEqual([
      'microsoft,vmgenid',
    ]);
    expect(device('test@100000')).toEqual([0, 0x10_0000, 0, 0x1000]);
    for (let slot = 0; slot < 8; slot++) {
      const address = 0x1000_1000 + slot * 0x1000;
      const name = `virtio_mmio@${address.toString(16)}`;
      expect(device(name)).toEqual([0, address, 0, 0x1000, slot + 1]);
    }
    const memory = nodeAt(root, 'memory@80000000');
    expect(cells(memory.properties.get('reg'))).toEqual([0, 0x8000_0000, 0, MEMORY]);
  });

  it('tells the kernel its console, command line, initrd and seed', () => {
    const { properties } = nodeAt(tree(1), 'chosen');
    expect(texts(properties.get('stdout-path'))).toEqual(['/soc/serial@10000000']);
    expect(texts(properties.get('bootargs'))).toEqual(['console=ttyS0']);
    expect(cells(properties.get('linux,initrd-start'))).toEqual([0, 0x8f00_0000]);
    expect(cells(properties.get('linux,initrd-end'))).toEqual([0, 0x8f10_0000]);
    expect(properties.get('rng-seed')).toEqual(new Uint8Array(64).fill(5));
  });
});
