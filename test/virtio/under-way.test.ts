/** How much of a VM's requests may be under way at once. */
import { describe, expect, it } from 'vitest';
import { VirtioTake } from '../../src/core/abi.js';
import { BUFFERS, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { MockQueue, placeAt } from './mock-queue.js';
import { INDIRECT_DESC, VERSION_1 } from './registers.js';

const SMALL = [{ address: BUFFERS, length: 8, write: true }];

describe('the bounds of requests under way', () => {
  it('are 2,048 small ones: the next waits until one has ended', async () => {
    const place = placeAt(FREE, 1024);
    const others = [1, 2].map((n) => placeAt(FREE + BigInt(n * 0x8000), 1024));
    const rig = await running({
      device: { queues: [1024, 1024, 1024] },
      queues: [place, ...others],
    });
    const { slots, guest } = rig;
    const queues = [rig.queue, ...others.map((at) => new MockQueue(guest.machine.ram, at))];
    for (const queue of queues) for (let n = 0; n < 1000; n++) queue.add(SMALL);
    const taken = Array.from({ length: 2048 }, (_, n) => take(rig, Math.floor(n / 1000)));
    for (let n = 0; n < 3; n++) expect(slots.take(0, 2)).toBe(VirtioTake.Later);
    expect(slots.events(0)).toMatchObject({ cause: 'none' });
    const [answered] = taken;
    expect(answered && slots.complete(answered, 0)).toBe(true);
    taken.push(take(rig, 2));
    expect(slots.take(0, 2)).toBe(VirtioTake.Later);
    rig.driver.reset();
    expect(slots.complete(taken[1] ?? take(rig), 0)).toBe(false);
  });

  it('are 256 MiB: what goes beyond waits until a request has ended', async () => {
    const rig = await running({ features: VERSION_1 | INDIRECT_DESC, size: 64 });
    const { queue, slots } = rig;
    const whole = Array.from({ length: 8 }, () => ({ address: FREE, length: 2 << 20 }));
    for (let n = 0; n < 17; n++) queue.add(whole, { table: BUFFERS });
    const [first, ...others] = Array.from({ length: 16 }, () => take(rig));
    expect(slots.take(0, 0)).toBe(VirtioTake.Later);
    expect(slots.events(0).cause).toBe('none');
    expect(first && slots.complete(first, 0)).toBe(true);
    take(rig);
    expect(others).toHaveLength(15);
    rig.driver.reset();
    expect(slots.take(0, 0)).toBe(VirtioTake.None);
  });
});
