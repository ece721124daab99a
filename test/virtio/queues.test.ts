import { beforeEach, describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { BUFFERS, PLACE, PLAIN, type Rig, rig, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { MockDriver } from './mock-driver.js';
import { MockQueue, placeAt } from './mock-queue.js';
import { Interrupt, Register, Status, VERSION_1 } from './registers.js';

let made: Rig;
beforeEach(async () => {
  made = await rig();
  made.driver.negotiate(VERSION_1);
});

const END = RAM_BASE + BigInt(4 << 20);

describe('queue registers (VIRTIO 1.2 §4.2.2)', () => {
  it('tell the largest size of each queue, and 0 of one that is not there', () => {
    const sizes = [0, 1, 2, 15, 16, 0xffff_ffff].map((queue) => {
      made.driver.write(Register.QueueSelect, queue);
      return made.driver.read(Register.QueueSizeMost);
    });
    expect(sizes).toEqual([...PLAIN.queues, 0, 0, 0, 0]);
  });

  it.each([
    ['the largest size', placeAt(FREE, 256)],
    ['a size of 1', placeAt(FREE, 1)],
    ['parts on pages of their own', PLACE],
    ['parts that cross pages', placeAt(FREE + 0xff0n, 64)],
    ['the end of RAM', placeAt(END - 0x200n, 16)],
  ])('make a queue ready: %s', (_, place) => {
    expect(made.driver.setUp(0, place)).toBe(true);
    made.driver.addStatus(Status.DriverOk);
    expect(made.slots.events(0)).toMatchObject({ cause: 'none', failures: 0 });
    const queue = new MockQueue(made.guest.machine.ram, place);
    queue.add([{ address: BUFFERS, length: 8, write: true }]);
    expect(made.slots.complete(take(made), 8)).toBe(true);
    expect(queue.collect()).toHaveLength(1);
  });

  const good = placeAt(FREE, 16);
  it.each([
    ['a size of 0', { ...good, size: 0 }],
    ['a size that is no power of 2', { ...good, size: 12 }],
    ['a size beyond the largest', { ...good, size: 512 }],
    ['a misaligned descriptor table', { ...good, descriptors: FREE + 8n }],
    ['a misaligned available ring', { ...good, available: good.available + 1n }],
    ['a misaligned used ring', { ...good, used: good.used + 2n }],
    ['descriptors below RAM', { ...good, descriptors: RAM_BASE - 0x100n }],
    ['descriptors at a device', { ...good, descriptors: 0x1000_1000n }],
    ['descriptors over the end of RAM', { ...good, descriptors: END - 0xf0n }],
    ['an available ring behind RAM', { ...good, available: END }],
    ['an available ring over the end of RAM', { ...good, available: END - 36n }],
    ['a used ring over the end of RAM', { ...good, used: END - 132n }],
    ['a used ring at the top of the address space', { ...good, used: 2n ** 64n - 4n }],
    ['descriptors at the top of the address space', { ...good, descriptors: 2n ** 64n - 16n }],
  ])('refuse one with %s: the device needs a reset and says why', async (_, place) => {
    const { driver, slots } = made;
    expect(driver.setUp(0, place)).toBe(false);
    expect(driver.status & Status.NeedsReset).toBe(Status.NeedsReset);
    expect(slots.doorbells()).toBe(1);
    expect(slots.events(0)).toMatchObject({ cause: 'ring', failures: 1 });
    driver.reset();
    expect(driver.status).toBe(0);
    const [queue] = driver.init({ queues: [good] });
    queue?.add([{ address: BUFFERS, length: 8, write: true }]);
    expect(slots.complete(take(made), 8)).toBe(true);
    expect(slots.events(0)).toMatchObject({ cause: 'ring', failures: 1 });
  });

  it('send a configuration interrupt with it once the driver is at work', async () => {
    const { driver } = await running();
    driver.setUp(1, { ...good, size: 3 });
    expect(driver.interruptStatus).toBe(Interrupt.ConfigChange);
  });

  it('do not move a queue that is ready', async () => {
    const rig = await running();
    rig.driver.writeAll([
      [Register.QueueSize, 8],
      [Register.DescriptorsLow, 0],
      [Register.AvailableHigh, 7],
      [Register.UsedLow, 4],
      [Register.QueueReady, 1],
    ]);
    rig.queue.add([{ address: BUFFERS, length: 8, write: true }]);
    expect(rig.slots.complete(take(rig), 8)).toBe(true);
    expect(rig.queue.collect()).toHaveLength(1);
  });

  it('of a queue that is not there take nothing', () => {
    expect(made.driver.setUp(2, good)).toBe(false);
    expect(made.driver.setUp(0xffff_ffff, good)).toBe(false);
    expect(made.slots.events(0).cause).toBe('none');
  });
});

describe('a notification', () => {
  it('names the queue, and reaches the back end by a doorbell', async () => {
    const { driver, slots, guest } = await running({
      queues: [PLACE, placeAt(FREE + 0x4000n, 16)],
    });
    slots.doorbells();
    slots.events(0);
    const { doorbells } = guest;
    driver.notify(1);
    expect(guest.doorbells).toBe(doorbells + 1);
    expect(slots.doorbells()).toBe(1);
    expect(slots.doorbells()).toBe(0);
    expect(slots.events(0)).toMatchObject({ events: 0, notified: 2 });
    expect(slots.events(0)).toMatchObject({ notified: 0 });
  });

  it('of a queue that is none or not ready, or before DRIVER_OK, is ignored', async () => {
    const { driver, slots } = await running();
    slots.doorbells();
    slots.events(0);
    for (const queue of [1, 2, 31, 32, 0x1_0000, 0xffff_ffff]) driver.notify(queue);
    expect(slots.doorbells()).toBe(0);
    driver.reset();
    driver.negotiate(VERSION_1);
    driver.setUp(0, PLACE);
    slots.doorbells();
    driver.notify(0);
    expect(slots.doorbells()).toBe(0);
    expect(slots.events(0).notified).toBe(0);
  });
});

it('a device takes nothing before DRIVER_OK', () => {
  const { driver, slots, guest } = made;
  driver.setUp(0, PLACE);
  const queue = new MockQueue(guest.machine.ram, PLACE);
  queue.add([{ address: BUFFERS, length: 8, write: true }]);
  expect(slots.take(0, 0)).toBe(0);
  driver.addStatus(Status.DriverOk);
  expect(slots.complete(take(made), 0)).toBe(true);
});

it('every slot has a device of its own', async () => {
  const { slots, guest, driver } = made;
  for (let slot = 1; slot < 8; slot++) {
    expect(slots.attach(slot, { ...PLAIN, type: 40 + slot })).toBe(true);
  }
  driver.reset();
  for (let slot = 0; slot < 8; slot++) {
    const other = new MockDriver(guest, slot);
    const place = placeAt(FREE + BigInt(slot * 0x1000), 8);
    const [queue] = other.init({ queues: [place] });
    queue?.add([{ address: BUFFERS, length: 8, write: true }]);
    other.notify();
    expect(slots.doorbells()).toBe(slot === 0 ? 1 : 1 << slot);
    const request = take(made, 0, slot);
    expect(slots.complete(request, 8)).toBe(true);
    expect(queue?.collect()).toEqual([{ head: 7, written: 8 }]);
    expect(other.interruptStatus).toBe(Interrupt.UsedBuffer);
    // The interrupt's wire is the slot's own (PLIC pending bits).
    expect(Number(guest.load(0x0c00_1000n))).toBe((1 << (slot + 2)) - 2);
  }
});
