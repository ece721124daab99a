import { describe, expect, it } from 'vitest';
import { BUFFERS, type Rig, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { type MockQueue, NO_INTERRUPT, placeAt } from './mock-queue.js';
import { EVENT_IDX, Interrupt, slotIrq, VERSION_1 } from './registers.js';

const BUFFER = [{ address: BUFFERS, length: 4, write: true }];
const FEATURES = VERSION_1 | EVENT_IDX;

/** PLIC: pending bits, and the claim register of hart 0's M-mode context, whose enables stand before. */
const PENDING = 0x0c00_1000n;
const ENABLE = 0x0c00_2000n;
const CLAIM = 0x0c20_0004n;
const PRIORITY = 0x0c00_0000n;

/** Adds a request and lets the device answer it; whether that raised the interrupt, which is acknowledged. */
function answerOne(rig: Rig & { readonly queue: MockQueue }): boolean {
  rig.queue.add(BUFFER);
  rig.slots.complete(take(rig), 4);
  const raised = (rig.driver.interruptStatus & Interrupt.UsedBuffer) !== 0;
  rig.driver.acknowledge(Interrupt.UsedBuffer);
  expect(rig.queue.collect()).toHaveLength(1);
  return raised;
}

describe('the used-buffer interrupt (VIRTIO 1.2 §2.7.7, §4.2.3.4)', () => {
  it('is raised by each answer, and falls with its acknowledgement', async () => {
    const rig = await running();
    expect(rig.driver.interruptStatus).toBe(0);
    for (let n = 0; n < 3; n++) expect(answerOne(rig)).toBe(true);
    expect(rig.driver.interruptStatus).toBe(0);
  });

  it('stays for the cause that was not acknowledged', async () => {
    const { queue, slots, driver, ...rest } = await running();
    queue.add(BUFFER);
    slots.complete(take({ queue, slots, driver, ...rest } as Rig), 4);
    slots.setConfig(0, 0, Uint8Array.of(1));
    expect(driver.interruptStatus).toBe(3);
    driver.acknowledge(Interrupt.UsedBuffer);
    expect(driver.interruptStatus).toBe(Interrupt.ConfigChange);
    driver.acknowledge(0xffff_ffff);
    expect(driver.interruptStatus).toBe(0);
  });

  it('goes through the PLIC by a level: once for two answers, again if it is not acknowledged', async () => {
    const rig = await running();
    const { guest, queue, slots, driver } = rig;
    const bit = 1n << BigInt(slotIrq(0));
    guest.store(PRIORITY + 4n, 1n);
    guest.store(ENABLE, bit);
    queue.add(BUFFER);
    queue.add(BUFFER);
    slots.complete(take(rig), 4);
    slots.complete(take(rig), 4);
    expect(guest.load(PENDING)).toBe(bit);
    expect(rig.guest.machine.csr('mip') & (1n << 11n)).not.toBe(0n);
    expect(guest.load(CLAIM)).toBe(1n);
    guest.store(CLAIM, 1n);
    expect(guest.load(CLAIM)).toBe(1n);
    driver.acknowledge(Interrupt.UsedBuffer);
    guest.store(CLAIM, 1n);
    expect(guest.load(CLAIM)).toBe(0n);
    expect(guest.load(PENDING)).toBe(0n);
  });

  it('is not raised while the driver says NO_INTERRUPT', async () => {
    const rig = await running();
    rig.queue.setFlags(NO_INTERRUPT);
    expect([answerOne(rig), answerOne(rig)]).toEqual([false, false]);
    rig.queue.setFlags(0);
    expect(answerOne(rig)).toBe(true);
  });

  it('is raised at the entry that the driver named, and NO_INTERRUPT means nothing (EVENT_IDX)', async () => {
    const rig = await running({ features: FEATURES });
    rig.queue.setFlags(NO_INTERRUPT);
    rig.queue.setUsedEvent(2);
    const raised = Array.from({ length: 5 }, () => answerOne(rig));
    expect(raised).toEqual([false, false, true, false, false]);
  });
});

describe('notifications that the device asks for', () => {
  it('are all of them without EVENT_IDX', async () => {
    const rig = await running();
    for (let n = 0; n < 20; n++) {
      answerOne(rig);
      expect(rig.slots.take(0, 0)).toBe(0);
      expect([rig.queue.deviceFlags, rig.queue.availableEvent]).toEqual([0, 0]);
    }
  });

  it('are those of the next entry once all were taken, and not before (EVENT_IDX, §2.7.10)', async () => {
    const rig = await running({ features: FEATURES });
    for (let n = 0; n < 3; n++) rig.queue.add(BUFFER);
    for (let n = 0; n < 3; n++) {
      expect(rig.queue.availableEvent).toBe(0);
      take(rig);
    }
    expect(rig.slots.take(0, 0)).toBe(0);
    expect(rig.queue.availableEvent).toBe(3);
  });
});

it('indices wrap at 2^16: events of both directions, and every entry in its order', async () => {
  const rig = await running({ features: FEATURES, queues: [placeAt(FREE, 4)] });
  const { queue, slots, driver } = rig;
  let interrupts = 0;
  // 65,536 answers and some more; a driver that names every 5,000th entry.
  for (let n = 0; n < 70_000; n++) {
    if (n % 5000 === 0) queue.setUsedEvent((n + 4999) & 0xffff);
    const head = queue.add(BUFFER);
    const request = take(rig);
    if (!slots.complete(request, n % 5)) throw new Error(`request ${n} was void`);
    const [used, ...more] = queue.collect();
    if (used?.head !== head || used.written !== n % 5 || more.length > 0) {
      throw new Error(`request ${n} came back as ${JSON.stringify([used, ...more])}`);
    }
    if (n % 5000 === 4999) {
      expect(driver.interruptStatus).toBe(Interrupt.UsedBuffer);
      driver.acknowledge(Interrupt.UsedBuffer);
      interrupts++;
    } else if (n % 1000 === 0 || n > 65_530) {
      if (n < 65_545) expect(driver.interruptStatus).toBe(0);
    }
    if (n % 777 === 0 || (n > 65_530 && n < 65_545)) {
      expect(slots.take(0, 0)).toBe(0);
      expect(queue.availableEvent).toBe((n + 1) & 0xffff);
    }
  }
  expect(interrupts).toBe(14);
  expect(queue.deviceUsedIndex).toBe(70_000 & 0xffff);
});
