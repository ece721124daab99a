import { expect, it } from 'vitest';
import { PAGE_SIZE, RAM_BASE } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import { GuestMemory } from '../../../src/core/guest-memory.js';
import { Machine } from '../../../test/core/machine.js';
import { OFF } from '../../../test/core/program-parts.js';
import { tsEngine } from '../engine.js';

const MIB = 1 << 20;

it('a VM takes the place of one that went, and finds zeros', async () => {
  const core = await Core.create(tsEngine, 16 * MIB);
  const first = await Machine.create(
    `la a0, 1f; li a1, -1; sd a1, 0(a0); ${OFF}\n.balign 8\n1: .dword 0`,
    {
      core,
    },
  );
  first.finish();
  first.ram.write(RAM_BASE + BigInt(15 * MIB), new Uint8Array(PAGE_SIZE).fill(7));
  expect(core.framesUsed()).toBe((16 * MIB) / PAGE_SIZE);
  expect(() => core.createVm(PAGE_SIZE, 1, 0n, 0)).toThrow('no memory left for a VM of 1 harts');
  core.exports.vmDestroy(first.vm);
  expect(core.framesUsed()).toBe(0);

  const vm = core.createVm(16 * MIB, 1, 0n, 0);
  const { buffer } = core.memory;
  const start = vm * PAGE_SIZE;
  expect(new Uint8Array(buffer, start, 16 * MIB).every((byte) => byte === 0)).toBe(true);
  expect(core.exports.vmFrame(vm, 0, 0)).toBe(0);
  expect(new GuestMemory(core, vm, 16 * MIB).read(RAM_BASE, 8)).toEqual(new Uint8Array(8));
});

it('VMs of one host run side by side, each in its own RAM', async () => {
  const core = await Core.create(tsEngine, 16 * MIB);
  const machines = await Promise.all(
    [3, 5, 7].map((value) =>
      Machine.create(
        `li a0, ${value}; la a1, 1f; sd a0, 0(a1); ld a2, 0(a1); ${OFF}\n.balign 8\n1: .dword 0`,
        {
          core,
          memory: 2 * MIB,
        },
      ),
    ),
  );
  for (let running = true; running; ) {
    running = false;
    for (const machine of machines) if (machine.run(2n) === 0) running = true;
  }
  expect(machines.map((machine) => machine.x('a2'))).toEqual([3n, 5n, 7n]);
});

it('what no VM can be has no handle: no hart, too many, RAM that is not of whole pages', async () => {
  const core = await Core.create(tsEngine, 16 * MIB);
  const { vmCreate } = core.exports;
  expect(vmCreate(BigInt(MIB), 0, 0n, 0)).toBe(0);
  expect(vmCreate(BigInt(MIB), 33, 0n, 0)).toBe(0);
  expect(vmCreate(BigInt(MIB + 1), 1, 0n, 0)).toBe(0);
  expect(vmCreate(1n << 33n, 1, 0n, 0)).toBe(0);
  expect(core.framesUsed()).toBe(0);
  expect(() => core.exports.vmSteps(17)).toThrow('there is no VM 17');
});
