import { beforeEach, describe, expect, it } from 'vitest';
import { RAM_BASE, VirtioTake } from '../../src/core/abi.js';
import { BUFFERS, PLACE, PLAIN, type Rig, running, take } from './device.js';
import { FREE } from './mmio-guest.js';
import {
  type Descriptor,
  encode,
  INDIRECT,
  type MockBuffer,
  type MockQueue,
  NEXT,
  WRITE,
} from './mock-queue.js';
import { INDIRECT_DESC, Interrupt, Status, VERSION_1 } from './registers.js';

const TABLE = FREE + 0x1_0000n;
const END = RAM_BASE + BigInt(4 << 20);
const FEATURES = VERSION_1 | INDIRECT_DESC;

type Running = Rig & { readonly queue: MockQueue };
let rig: Running;
beforeEach(async () => {
  rig = await running({ features: FEATURES });
});

/** Bytes that differ from each other and from zero. */
const pattern = (length: number, first = 1) =>
  Uint8Array.from({ length }, (_, n) => 1 + ((first + n * 7) % 255));

/** Fills the readable buffers, lets the device take them and fill the others, and compares. */
function roundTrip({ guest, slots, queue, driver }: Running, buffers: readonly MockBuffer[]) {
  const { ram } = guest.machine;
  const size = (write: boolean) =>
    buffers.reduce((sum, b) => sum + ((b.write ?? false) === write ? b.length : 0), 0);
  const [readable, writable] = [size(false), size(true)];
  const sent = pattern(readable);
  const answer = pattern(writable, 99);
  let at = 0;
  for (const { address, length, write } of buffers) {
    if (write) continue;
    ram.write(address, sent.subarray(at, at + length));
    at += length;
  }
  driver.notify();
  const request = take(rig);
  expect(request).toMatchObject({ readable, writable });
  const read = new Uint8Array(readable);
  expect(slots.read(request, 0, read)).toBe(readable);
  expect(Buffer.compare(read, sent)).toBe(0);
  expect(Buffer.compare(request.prefix, sent.subarray(0, request.prefix.length))).toBe(0);
  expect(slots.write(request, 0, answer)).toBe(writable);
  expect(slots.complete(request, writable)).toBe(true);
  expect(queue.collect().map(({ written }) => written)).toEqual([writable]);
  at = 0;
  for (const { address, length, write } of buffers) {
    if (!write) continue;
    expect(Buffer.compare(ram.read(address, length), answer.subarray(at, at + length))).toBe(0);
    at += length;
  }
}

const SMALL: readonly MockBuffer[] = [
  { address: BUFFERS, length: 16 },
  { address: BUFFERS + 0x1ffen, length: 5 },
  { address: BUFFERS + 0x3001n, length: 9000, write: true },
  { address: BUFFERS + 0x6000n, length: 1, write: true },
];

describe('a chain (VIRTIO 1.2 §2.7.5) is taken', () => {
  it.each([
    ['of descriptors', SMALL, {}],
    ['in any order of descriptors', SMALL, { scattered: true }],
    ['indirect', SMALL, { table: TABLE }],
    ['indirect, its table backwards', SMALL, { table: TABLE, backwards: true }],
    ['indirect, its table across pages', SMALL, { table: TABLE + 0xff8n }],
    ['of both kinds', SMALL, { table: TABLE, direct: 3 }],
    ['with zero-length buffers', [{ address: BUFFERS, length: 0 }, ...SMALL], {}],
    ['with nothing to read', SMALL.slice(2), {}],
    ['with nothing to write', SMALL.slice(0, 2), {}],
    ['with nothing at all', [{ address: BUFFERS, length: 0 }], {}],
    ['up to the end of RAM', [{ address: END - 5n, length: 5 }], {}],
    ['with nothing at the end of RAM', [{ address: END, length: 0 }, ...SMALL], {}],
  ])('%s', (_, buffers, { scattered, ...layout }: { scattered?: boolean; table?: bigint }) => {
    if (scattered) {
      // Descriptors that were used and came back in another order.
      const many = [1, 3, 2, 4].map((n) => rig.queue.prepare(SMALL.slice(0, n)));
      for (const n of [2, 0, 3, 1]) rig.queue.makeAvailable(many[n] ?? 0);
      for (let n = 0; n < 4; n++) rig.slots.complete(take(rig), 0);
      rig.queue.collect();
    }
    rig.queue.add(buffers, layout);
    roundTrip(rig, buffers);
  });

  it('of 1,024 descriptors', async () => {
    rig = await running({ device: { queues: [1024] }, size: 1024 });
    const buffers = Array.from({ length: 1024 }, (_, n) => ({
      address: BUFFERS + BigInt(n * 24),
      length: 1 + (n % 20),
      write: n >= 400,
    }));
    rig.queue.add(buffers);
    roundTrip(rig, buffers);
  });

  it.each([0, 3])('of 1,024 buffers behind a queue of 16, %i of them direct', (direct) => {
    const buffers = Array.from({ length: 1024 }, (_, n) => ({
      address: BUFFERS + BigInt(n * 24),
      length: 1 + (n % 20),
      write: n >= 400,
    }));
    rig.queue.add(buffers, { table: TABLE + 0x20n, direct });
    roundTrip(rig, buffers);
  });

  it('of 2 MiB, in pieces', () => {
    const half = { address: BUFFERS + 0x123n, length: 1 << 20 };
    const buffers = [half, { address: half.address + (1n << 20n), length: 1 << 20, write: true }];
    rig.queue.add(buffers);
    roundTrip(rig, buffers);
  });

  it('by a table whose own WRITE flag means nothing (§2.7.5.3.2)', () => {
    rig.guest.machine.ram.write(TABLE, descriptor({ address: BUFFERS, length: 4 }));
    available(0, { address: TABLE, length: 16, flags: INDIRECT | WRITE });
    expect(take(rig)).toMatchObject({ readable: 4, writable: 0 });
  });
});

const descriptor = (part: Partial<Descriptor>) =>
  encode({ address: BUFFERS, length: 16, flags: 0, next: 0, ...part });

/** Writes a descriptor of the queue's table and makes it available. */
function available(index: number, part: Partial<Descriptor>): void {
  rig.queue.setDescriptor(index, { address: BUFFERS, length: 16, flags: 0, next: 0, ...part });
  rig.queue.makeAvailable(index);
}

/** The device needs a reset for this cause; after a reset it serves an honest driver. */
async function refused(cause: string): Promise<void> {
  const { slots, driver, queue } = rig;
  expect(slots.take(0, 0)).toBe(VirtioTake.Broken);
  expect(driver.status & Status.NeedsReset).toBe(Status.NeedsReset);
  expect(driver.interruptStatus).toBe(Interrupt.ConfigChange);
  expect(slots.doorbells()).toBe(1);
  expect(slots.events(0)).toMatchObject({ cause, failures: 1 });
  expect(queue.deviceUsedIndex).toBe(0);
  // It stands still, and the first cause stands.
  expect(slots.take(0, 0)).toBe(VirtioTake.None);
  slots.fail(0);
  expect(slots.events(0)).toMatchObject({ cause, failures: 2 });
  const [again] = driver.init({ features: FEATURES, queues: [PLACE] });
  if (again === undefined) throw new Error('there is no queue');
  again.add(SMALL);
  roundTrip({ ...rig, queue: again }, SMALL);
  expect(slots.events(0)).toMatchObject({ cause, failures: 2 });
}

describe('the device needs a reset, and keeps the cause, of', () => {
  it.each([
    ['a head beyond the table', 'index', () => rig.queue.makeAvailable(16)],
    ['a head far beyond the table', 'index', () => rig.queue.makeAvailable(0xffff)],
    ['a next beyond the table', 'index', () => available(0, { flags: NEXT, next: 16 })],
    ['a descriptor that is its own next', 'length', () => available(3, { flags: NEXT, next: 3 })],
    [
      'a loop of two',
      'length',
      () => {
        rig.queue.setDescriptor(1, { address: BUFFERS, length: 1, flags: NEXT, next: 0 });
        available(0, { flags: NEXT, next: 1 });
      },
    ],
    [
      'a loop of zero-length buffers',
      'length',
      () => available(0, { length: 0, flags: NEXT, next: 0 }),
    ],
    ['an available index too far ahead', 'available', () => rig.queue.setAvailableIndex(17)],
    ['an available index that went back', 'available', () => rig.queue.setAvailableIndex(0xffff)],
    ['a buffer below RAM', 'buffer', () => available(0, { address: RAM_BASE - 1n })],
    ['a buffer at address 0', 'buffer', () => available(0, { address: 0n })],
    ['a buffer at a device', 'buffer', () => available(0, { address: 0x1000_1000n })],
    ['a buffer over the end of RAM', 'buffer', () => available(0, { address: END - 15n })],
    ['a buffer behind RAM', 'buffer', () => available(0, { address: END, length: 1 })],
    ['no bytes behind RAM', 'buffer', () => available(0, { address: END + 1n, length: 0 })],
    ['a buffer that wraps at 2^64', 'buffer', () => available(0, { address: 2n ** 64n - 8n })],
    ['a buffer of 4 GiB', 'buffer', () => available(0, { length: 0xffff_ffff })],
    [
      'a buffer to read behind one to write',
      'order',
      () => {
        rig.queue.setDescriptor(1, { address: BUFFERS, length: 1, flags: 0, next: 0 });
        available(0, { flags: WRITE | NEXT, next: 1 });
      },
    ],
    [
      'an indirect table of no bytes',
      'indirect',
      () => available(0, { address: TABLE, length: 0, flags: INDIRECT }),
    ],
    [
      'an indirect table of half a descriptor',
      'indirect',
      () => available(0, { address: TABLE, length: 24, flags: INDIRECT }),
    ],
    [
      'an indirect table with a next',
      'indirect',
      () => available(0, { address: TABLE, flags: INDIRECT | NEXT, next: 1 }),
    ],
    [
      'an indirect table over the end of RAM',
      'indirect',
      () => available(0, { address: END - 16n, length: 32, flags: INDIRECT }),
    ],
    [
      'a nested indirect table',
      'indirect',
      () => {
        const { ram } = rig.guest.machine;
        ram.write(TABLE, descriptor({ address: TABLE, flags: INDIRECT }));
        available(0, { address: TABLE, flags: INDIRECT });
      },
    ],
    [
      'a next beyond an indirect table',
      'index',
      () => {
        rig.guest.machine.ram.write(TABLE, descriptor({ flags: NEXT, next: 1 }));
        available(0, { address: TABLE, flags: INDIRECT });
      },
    ],
    [
      'a loop in an indirect table',
      'length',
      () => {
        rig.guest.machine.ram.write(TABLE, descriptor({ length: 1, flags: NEXT, next: 0 }));
        available(0, { address: TABLE, flags: INDIRECT });
      },
    ],
    [
      '1,025 buffers in an indirect table',
      'length',
      () => {
        const buffers = Array.from({ length: 1025 }, () => ({ address: BUFFERS, length: 1 }));
        rig.queue.add(buffers, { table: TABLE });
      },
    ],
    [
      'more than 16 MiB',
      'size',
      () => {
        const buffers = Array.from({ length: 9 }, () => ({ address: FREE, length: 2 << 20 }));
        rig.queue.add(buffers);
      },
    ],
  ])('%s: %s', async (_, cause, arrange) => {
    arrange();
    await refused(cause);
  });

  it('an indirect table that was not negotiated: indirect', async () => {
    rig = await running();
    available(0, { address: TABLE, flags: INDIRECT });
    await refused('indirect');
  });

  it('a back end that failed: back-end', async () => {
    const { slots, driver } = rig;
    slots.events(0);
    slots.doorbells();
    slots.fail(0);
    expect(slots.doorbells()).toBe(1);
    expect(slots.events(0)).toMatchObject({ cause: 'back-end', failures: 1 });
    expect(driver.interruptStatus).toBe(Interrupt.ConfigChange);
    rig.queue.add(SMALL);
    expect(slots.take(0, 0)).toBe(VirtioTake.None);
  });
});

it('exactly 16 MiB are taken', () => {
  rig.queue.add(Array.from({ length: 8 }, () => ({ address: FREE, length: 2 << 20 })));
  const request = take(rig);
  expect(request.readable).toBe(16 << 20);
  expect(rig.slots.complete(request, 0)).toBe(true);
});

it('requests before a wrong one are answered still', () => {
  rig.queue.add([{ address: BUFFERS, length: 4, write: true }]);
  const request = take(rig);
  available(0, { address: 0n });
  expect(rig.slots.take(0, 0)).toBe(VirtioTake.Broken);
  expect(rig.slots.complete(request, 4)).toBe(true);
  expect(rig.queue.collect()).toHaveLength(1);
});

it('a queue of the device that is not there has no requests', () => {
  for (const queue of [PLAIN.queues.length, 15, 16, 0xffff_ffff]) {
    expect(rig.slots.take(0, queue)).toBe(VirtioTake.None);
  }
  expect(rig.slots.take(8, 0)).toBe(VirtioTake.None);
});
