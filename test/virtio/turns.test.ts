/** How much one turn of the host layer may do for a guest: frames for requests of never-touched memory. */
import { expect, it } from 'vitest';
import { RAM_BASE, VirtioTake } from '../../src/core/abi.js';
import { VirtioSlots } from '../../src/core/virtio-slots.js';
import { newCore } from '../core/machine.js';
import { PLAIN } from './device.js';
import { FREE, MmioGuest } from './mmio-guest.js';
import { MockDriver } from './mock-driver.js';
import { placeAt } from './mock-queue.js';

const MIB = 1 << 20;
const BASE = RAM_BASE + BigInt(16 * MIB);
const MADE_A_TURN = 2048;

it('a request for more frames than a turn gives is taken in a later one', async () => {
  const core = await newCore(128 * MIB);
  const guest = await MmioGuest.create({ core, memory: 64 * MIB });
  const { vm } = guest.machine;
  const slots = new VirtioSlots(core, vm);
  slots.attach(0, PLAIN);
  const [queue] = new MockDriver(guest, 0).init({ queues: [placeAt(FREE, 16)] });
  // The guest has read two of the pages: they are known to it as zeros.
  guest.perform([0n, 0x5000n].map((at) => ({ address: BASE + at, width: 8 as const })));
  queue?.add([{ address: BASE, length: 15 * MIB, write: true }]);
  slots.doorbells();
  const before = core.framesUsed();
  expect(slots.take(0, 0)).toBe(VirtioTake.NextTurn);
  expect(core.framesUsed() - before).toBeLessThan(MADE_A_TURN + 16);
  expect(slots.take(0, 0)).toBe(VirtioTake.NextTurn);
  slots.doorbells();
  const taken = slots.take(0, 0);
  if (typeof taken === 'number') throw new Error(`the second turn did not take it: ${taken}`);
  expect(core.framesUsed() - before).toBeGreaterThanOrEqual(15 * 256);
  // What the device writes is what the guest then reads, there too where it had read zeros.
  slots.write(taken, 0x5000, Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0));
  expect(guest.load(BASE + 0x5000n, 8)).toBe(7n);
});
