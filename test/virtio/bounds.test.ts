import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { HartRegister, VirtioTake } from '../../src/core/abi.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { leaveFrames, pinsOf } from './accounts.js';
import { BUFFERS, PLACE, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { Register, Status, slotBase, VERSION_1 } from './registers.js';

const RAM = 4 << 20;
const SMALL = [{ address: BUFFERS, length: 8, write: true }];

it('a driver that ends its queue over and over does not make a call into the core last', async () => {
  const rig = await running({ size: 256 });
  const { core, vm, guest, queue, slots } = rig;
  // The more requests there have been at once, the more slabs are to be looked through.
  for (let n = 0; n < 256; n++) queue.add(SMALL);
  for (let n = 0; n < 256; n++) take(rig);
  expect(slots.take(0, 0)).toBe(VirtioTake.None);
  const code = BUFFERS + 0x1_0000n;
  const { bytes } = assemble(
    `li t0, ${slotBase(0)}
     li t1, 1
1:   sw zero, ${Register.QueueReady}(t0)
     sw t1, ${Register.QueueReady}(t0)
     j 1b`,
    { origin: code },
  );
  guest.machine.ram.write(code, bytes);
  core.exports.hartSetRegister(vm, 0, HartRegister.Pc, code);
  const before = core.steps(vm);
  expect(core.run(vm, 1_000_000n, 0n, 0n)).toBe(ExitReason.Budget);
  // 256 slabs each time: the bound of work comes long before that of steps.
  const steps = core.steps(vm) - before;
  expect(steps).toBeGreaterThan(1000n);
  expect(steps).toBeLessThan(20_000n);
});

describe('a host whose memory is used up', () => {
  it.each([0, 1, 2, 3])('leaves a request where it is, with %i frames left', async (left) => {
    const rig = await running();
    const { slots, queue, driver, core } = rig;
    queue.add([{ address: BUFFERS, length: 4 * 4096, write: true }]);
    leaveFrames(core, left);
    for (let n = 0; n < 3; n++) expect(slots.take(0, 0)).toBe(VirtioTake.NoMemory);
    expect(driver.status & Status.NeedsReset).toBe(0);
    expect(pinsOf(core, rig.vm, RAM).size).toBe(0);
    expect(queue.deviceUsedIndex).toBe(0);
    leaveFrames(core, 8);
    const request = take(rig);
    expect(slots.write(request, 0, new Uint8Array(4 * 4096).fill(7))).toBe(4 * 4096);
    expect(slots.complete(request, 4 * 4096)).toBe(true);
    expect(queue.collect()).toHaveLength(1);
  });

  it('lets a driver set up a queue whose used ring has no frame yet', async () => {
    const { driver, slots, core } = await running();
    leaveFrames(core, 0);
    driver.reset();
    driver.negotiate(VERSION_1);
    expect(driver.setUp(0, { ...PLACE, used: FREE + 0x8000n })).toBe(true);
    driver.addStatus(Status.DriverOk);
    expect(driver.status & Status.NeedsReset).toBe(0);
    expect(slots.take(0, 0)).toBe(VirtioTake.NoMemory);
    leaveFrames(core, 8);
    expect(slots.take(0, 0)).toBe(VirtioTake.None);
  });
});
