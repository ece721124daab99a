/** Pages that requests under way hold in place. */
import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../src/core/abi.js';
import { Machine, newCore } from '../core/machine.js';
import { OFF } from '../core/program-parts.js';
import { pageOf, pinsOf } from './accounts.js';
import { BUFFERS, PLACE, type Rig, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { placeAt } from './mock-queue.js';
import { INDIRECT_DESC, VERSION_1 } from './registers.js';

const RAM = 4 << 20;
const PIECES = [
  { address: BUFFERS + 0xf00n, length: 0x200 },
  { address: BUFFERS + 0x4000n, length: 0x1000, write: true },
];
const SMALL = [{ address: BUFFERS, length: 8, write: true }];

describe('pages of a request', () => {
  it('are pinned from its taking to its completion, once for each buffer in them', async () => {
    const rig = await running();
    const pins = () => pinsOf(rig.core, rig.vm, RAM);
    const first = pageOf(BUFFERS);
    rig.queue.add(PIECES);
    rig.queue.add([...PIECES, { address: BUFFERS + 0x4ff0n, length: 0x20, write: true }]);
    const one = take(rig);
    expect([...pins()]).toEqual([
      [first, 1],
      [first + 1, 1],
      [first + 4, 1],
    ]);
    const other = take(rig);
    expect([...pins()]).toEqual([
      [first, 2],
      [first + 1, 2],
      [first + 4, 3],
      [first + 5, 1],
    ]);
    rig.slots.complete(one, 0);
    rig.slots.complete(other, 0);
    expect(pins().size).toBe(0);
  });

  it('of other queues and slots stay pinned when one queue ends', async () => {
    const other = placeAt(FREE + 0x4000n, 16);
    const rig = await running({ queues: [PLACE, other] });
    rig.queue.add(SMALL);
    take(rig);
    rig.driver.end(1);
    rig.driver.setUp(1, other);
    expect(pinsOf(rig.core, rig.vm, RAM).size).toBe(1);
  });

  it.each([
    ['a reset', ({ driver }: Rig) => driver.reset()],
    ['the end of the queue', ({ driver }: Rig) => driver.end(0)],
  ])('are free after %s', async (_, end) => {
    const rig = await running({ features: VERSION_1 | INDIRECT_DESC, size: 64 });
    const whole = Array.from({ length: 8 }, () => ({ address: FREE, length: 2 << 20 }));
    for (let n = 0; n < 16; n++) rig.queue.add(whole, { table: BUFFERS });
    for (let n = 0; n < 16; n++) take(rig);
    expect([...new Set(pinsOf(rig.core, rig.vm, RAM).values())]).toEqual([16 * 8]);
    end(rig);
    expect(pinsOf(rig.core, rig.vm, RAM).size).toBe(0);
  });

  it("go with the VM: its frames are the next one's without pins", async () => {
    const core = await newCore();
    const rig = await running({ core });
    for (let n = 0; n < 8; n++) rig.queue.add(PIECES);
    for (let n = 0; n < 8; n++) take(rig);
    core.exports.vmDestroy(rig.vm);
    const plain = await Machine.create(OFF, { core });
    plain.ram.write(RAM_BASE + 0x1000n, new Uint8Array(1 << 20).fill(1));
    expect(pinsOf(core, plain.vm, plain.ram.size).size).toBe(0);
  });
});
