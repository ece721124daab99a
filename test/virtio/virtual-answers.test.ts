/** Under a virtual clock back ends answer in no time, however slow they are, and however much waits. */
import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { nodePlatform } from '../../src/node/platform.js';
import { Host } from '../../src/vm/host.js';
import { TestDisk } from './test-disk.js';

/** More than the block device has under way at once: some must wait until others have ended. */
const REQUESTS = 20;
const MIB = 1 << 20;
const [TABLE, AVAILABLE, USED, RESULT] = [0x1_0000n, 0x1_2000n, 0x1_3000n, 0x1_4000n];

/** Registers of the first slot and what a driver writes to them, to DRIVER_OK. */
const SETUP: readonly (readonly [register: number, value: number])[] = [
  ...([0, 1, 3].map((status) => [0x70, status]) as [number, number][]),
  ...[[0x24, 0] as const, [0x20, 0] as const, [0x24, 1] as const, [0x20, 1] as const],
  ...[[0x70, 11] as const, [0x30, 0] as const, [0x38, 256] as const],
  ...[[0x80, 0x8001_0000] as const, [0x90, 0x8001_2000] as const, [0xa0, 0x8001_3000] as const],
  ...[[0x44, 1] as const, [0x70, 15] as const],
];

/** Notifies of all requests at once, spins until all are used, and notes when that was. */
const PROGRAM = assemble(
  `
_start:
  li s0, 0x10001000
  ${SETUP.map(([register, value]) => `li t0, ${value}\n  sw t0, ${register}(s0)`).join('\n  ')}
  sw zero, 0x50(s0)
  li a0, 0x80013000
  li a1, ${REQUESTS}
1:
  lhu t1, 2(a0)
  blt t1, a1, 1b
  rdtime t4
  li t0, 0x80014000
  sd t4, 0(t0)
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
2: j 2b
`,
  { origin: RAM_BASE },
);

/** Ticks at which the guest had its answers, from a disk that takes so many milliseconds for each. */
async function ticks(delay: number): Promise<bigint> {
  const disk = new TestDisk(2 * MIB, true);
  const { read } = disk;
  disk.read = async (offset, into) => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    return read.call(disk, offset, into);
  };
  const host = await Host.createOn(nodePlatform, { memory: '64M' });
  const guest = { bare: toElf(PROGRAM) };
  const vm = await host.create({ guest, memory: '16M', clock: 'virtual', drives: [disk] });
  const table = new DataView(new ArrayBuffer(4096));
  const describe = (at: number, gpa: bigint, length: number, flags: number, next: number) => {
    table.setBigUint64(at * 16, gpa, true);
    table.setUint32(at * 16 + 8, length, true);
    table.setUint16(at * 16 + 12, flags, true);
    table.setUint16(at * 16 + 14, next, true);
  };
  const available = new DataView(new ArrayBuffer(1024));
  available.setUint16(2, REQUESTS, true);
  for (let i = 0; i < REQUESTS; i++) {
    // A header of zeros reads from sector 0.
    describe(3 * i, RAM_BASE + 0x1_5000n, 16, 1, 3 * i + 1);
    describe(3 * i + 1, RAM_BASE + 0x10_0000n, MIB, 3, 3 * i + 2);
    describe(3 * i + 2, RAM_BASE + 0x1_6000n + BigInt(i), 1, 2, 0);
    available.setUint16(4 + 2 * i, 3 * i, true);
  }
  vm.ram.write(RAM_BASE + TABLE, new Uint8Array(table.buffer));
  vm.ram.write(RAM_BASE + AVAILABLE, new Uint8Array(available.buffer));
  await vm.start();
  const stop = await vm.wait();
  expect(stop.kind).toBe('poweroff');
  expect(new DataView(vm.ram.read(RAM_BASE + USED, 4).buffer).getUint16(2, true)).toBe(REQUESTS);
  const end = vm.ram.readU64(RAM_BASE + RESULT);
  await host[Symbol.asyncDispose]();
  return end;
}

it('answers take no virtual time, at any pace of the disk', async () => {
  const ends = [await ticks(0), await ticks(0), await ticks(7)];
  expect(new Set(ends).size).toBe(1);
  // Some hundred steps of the program's own.
  expect(Number(ends[0])).toBeLessThan(10);
});
