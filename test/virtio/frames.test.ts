/** Rings and buffers over frames of all kinds: the guest sees none of it. */
import { describe, expect, it } from 'vitest';
import { BUFFERS, rig as newRig, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import { placeAt } from './mock-queue.js';

const PAGE = 4096n;
const SIZE = 1024;
/** More than one round of the rings. */
const REQUESTS = 2500;

/** A queue over seven pages. */
const LARGE = placeAt(FREE, SIZE);
const PAGES = Array.from({ length: 7 }, (_, n) => FREE + BigInt(n) * PAGE);

describe('rings of several pages', () => {
  it.each([
    ['follow each other', PAGES],
    ['stand in the opposite order', PAGES.toReversed()],
    ['stand apart', PAGES.flatMap((page, n) => [page, BUFFERS + BigInt(n + 8) * PAGE])],
    ['are not there yet', []],
  ])('give back every request if their frames %s', async (_, touched) => {
    const rig = await newRig({ device: { queues: [SIZE] } });
    const { ram } = rig.guest.machine;
    for (const page of touched) ram.write(page, Uint8Array.of(1));
    const [queue] = rig.driver.init({ queues: [LARGE] });
    if (queue === undefined) throw new Error('there is no queue');
    for (let n = 0; n < REQUESTS; n++) {
      const head = queue.add([{ address: BUFFERS, length: 8, write: true }]);
      rig.slots.complete(take(rig), n % 9);
      expect(queue.collect()).toEqual([{ head, written: n % 9 }]);
    }
  });
});

describe('a buffer', () => {
  it.each([
    ['in a page without a frame', BUFFERS + 0x100n, 64],
    ['over pages without frames', BUFFERS + 0xf00n, 0x2000],
    ['to the last byte of a page', BUFFERS + 0xfffn, 1],
    ['of a whole page', BUFFERS, 0x1000],
  ])('%s has what was written, and nothing beside it', async (_, address, length) => {
    const rig = await running();
    const { ram } = rig.guest.machine;
    // The guest has read the pages, so that it knows them as zero.
    ram.read(BUFFERS, 0x4000);
    rig.queue.add([{ address, length, write: true }]);
    const request = take(rig);
    const bytes = Uint8Array.from({ length }, (_, n) => n * 7 + 1);
    expect(rig.slots.write(request, 0, bytes)).toBe(length);
    rig.slots.complete(request, length);
    const expected = new Uint8Array(0x4000);
    expected.set(bytes, Number(address - BUFFERS));
    expect(ram.read(BUFFERS, 0x4000)).toEqual(expected);
  });

  it.each([1, 7, 8, 9, 127, 128, 129, 600])(
    'of %i bytes comes and goes at any offset',
    async (length) => {
      const rig = await running();
      const { ram } = rig.guest.machine;
      for (let offset = 0; offset < 9; offset++) {
        const bytes = Uint8Array.from({ length }, (_, n) => n + offset);
        const from = BUFFERS + BigInt(offset);
        const to = from + 0x1000n;
        ram.write(from, bytes);
        rig.queue.add([
          { address: from, length },
          { address: to, length, write: true },
        ]);
        const request = take(rig);
        expect(new Uint8Array(request.prefix)).toEqual(bytes);
        rig.slots.write(request, 0, request.prefix);
        rig.slots.complete(request, length);
        expect(rig.queue.collect()).toHaveLength(1);
        expect(ram.read(to, length + 1)).toEqual(Uint8Array.of(...bytes, 0));
        ram.write(to, new Uint8Array(length));
      }
    },
  );
});

it('a write of a device is seen by epochs that began while its request was under way', async () => {
  const rig = await running();
  const { core, vm } = rig;
  const page = Number((BUFFERS - 0x8000_0000n) / PAGE);
  rig.queue.add([{ address: BUFFERS, length: 8, write: true }]);
  const request = take(rig);
  const epoch = core.exports.vmBeginEpoch(vm) >>> 0;
  expect(core.exports.vmPageEpoch(vm, page) >>> 0).toBeLessThanOrEqual(epoch);
  rig.slots.write(request, 0, Uint8Array.of(1));
  expect(core.exports.vmPageEpoch(vm, page) >>> 0).toBeGreaterThan(epoch);
});

it("a request's address and serial mean nothing to another VM, nor when its VM is gone", async () => {
  const rig = await running();
  const { core } = rig;
  const neighbour = await running({ core });
  rig.queue.add([{ address: BUFFERS, length: 8, write: true }]);
  const request = take(rig);
  expect(neighbour.slots.complete(request, 0)).toBe(false);
  core.exports.vmDestroy(rig.vm);
  const next = await running({ core });
  expect(next.slots.complete(request, 0)).toBe(false);
  expect(neighbour.slots.write(request, 0, Uint8Array.of(1))).toBe(0);
});
