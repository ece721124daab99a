/** Requests in a VM whose memory is still on its way. */
import { describe, expect, it } from 'vitest';
import { VirtioTake } from '../../src/core/abi.js';
import { type TakenRequest, VirtioSlots } from '../../src/core/virtio-slots.js';
import { pageOf } from './accounts.js';
import { BUFFERS, PLACE, PLAIN, running } from './device.js';
import { INDIRECT_DESC, VERSION_1 } from './registers.js';

const TABLE = BUFFERS;
const READABLE = BUFFERS + 0x2ff0n;
const WRITABLE = BUFFERS + 0x5000n;
const TEXT = new TextEncoder().encode('what the driver wrote, in two pages of its own');

describe.each([
  ['in the descriptor table', VERSION_1, undefined],
  ['in a table of its own', VERSION_1 | INDIRECT_DESC, TABLE],
])('a request %s', (_, features, table) => {
  it('is taken when all that it needs was brought, and ends as any other', async () => {
    const rig = await running({ features });
    const { machine } = rig.guest;
    const { ram } = machine;
    ram.write(READABLE, TEXT);
    ram.write(WRITABLE, new Uint8Array(0x2000).fill(7));
    ram.writeU64(PLACE.used + 0xff8n, 1n);
    rig.queue.add(
      [
        { address: READABLE, length: TEXT.length },
        { address: WRITABLE + 0x800n, length: 0x1000, write: true },
      ],
      table === undefined ? {} : { table },
    );
    const ends = [true, false].map((lazy) => {
      const slots: VirtioSlots[] = [];
      const copy = machine.restored(lazy, (vm) => {
        slots.push(new VirtioSlots(machine.core, vm));
        if (!slots[0]?.attach(0, PLAIN)) throw new Error('the core refused the device');
      });
      const [own] = slots;
      if (own === undefined) throw new Error('there are no slots');
      const missed: number[] = [];
      let taken: TakenRequest | number = own.take(0, 0);
      while (taken === VirtioTake.Missing) {
        missed.push(own.missing);
        expect(copy.bring(own.missing)).toBe(true);
        taken = own.take(0, 0);
      }
      if (typeof taken === 'number') throw new Error(`there was no request, but ${taken}`);
      const read = new Uint8Array(TEXT.length);
      expect(own.read(taken, 0, read)).toBe(TEXT.length);
      expect(read).toEqual(TEXT);
      own.write(taken, 0, new Uint8Array(0x1000).fill(9));
      own.complete(taken, 0x1000);
      const seen = ram.read(WRITABLE, 0x2000);
      expect(seen.every((byte) => byte === 7)).toBe(true);
      return { missed, memory: copy.state().memory };
    });
    const [lazy, eager] = ends;
    expect(lazy?.memory).toEqual(eager?.memory);
    expect(eager?.missed).toEqual([]);
    const needed = [PLACE.descriptors, PLACE.available, PLACE.used, READABLE, READABLE + 0x1000n];
    const all = [...needed, WRITABLE, WRITABLE + 0x1000n, ...(table === undefined ? [] : [table])];
    expect(new Set(lazy?.missed)).toEqual(new Set(all.map(pageOf)));
  });
});
