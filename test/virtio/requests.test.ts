import { describe, expect, it } from 'vitest';
import { BUFFERS, running, take } from './device.js';
import { Interrupt } from './registers.js';

describe('a request', () => {
  it('goes from the driver to the back end and back', async () => {
    const rig = await running();
    const { queue, guest, driver, slots } = rig;
    const { ram } = guest.machine;
    ram.write(BUFFERS, Uint8Array.of(10, 20, 30));
    const head = queue.add([
      { address: BUFFERS, length: 3 },
      { address: BUFFERS + 0x100n, length: 5, write: true },
    ]);
    driver.notify();
    expect(slots.doorbells()).toBe(1);
    expect(slots.events(0).notified).toBe(1);
    const request = take(rig);
    expect(request).toMatchObject({ readable: 3, writable: 5 });
    expect([...request.prefix]).toEqual([10, 20, 30]);
    expect(slots.write(request, 1, Uint8Array.of(7, 8, 9, 10, 11))).toBe(4);
    expect(slots.complete(request, 5)).toBe(true);
    expect(driver.interruptStatus).toBe(Interrupt.UsedBuffer);
    expect(queue.collect()).toEqual([{ head, written: 5 }]);
    expect([...ram.read(BUFFERS + 0x100n, 6)]).toEqual([0, 7, 8, 9, 10, 0]);
  });
});
