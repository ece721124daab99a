import { describe, expect, it } from 'vitest';
import {
  DISCARD,
  FLUSH,
  filled,
  GET_ID,
  IN,
  MIB,
  message,
  OUT,
  segment,
  setUp,
} from '../../../../test/virtio/block-driver.js';
import { FakeTransport } from '../../../../test/virtio/fake-transport.js';
import { TestDisk } from '../../../../test/virtio/test-disk.js';
import { DiskError } from '../../../core/errors.js';
import { BlockDevice } from './block-device.js';

describe('several requests', () => {
  it('run side by side, on all queues, and end in any order', async () => {
    const { disk, device, transport } = setUp(new TestDisk(MIB), { queues: 2 });
    expect(device.queues).toEqual([256, 256]);
    disk.holding = true;
    const requests = Array.from({ length: 64 }, (_, i) =>
      transport.offer(i % 2, message(IN, i), 513),
    );
    const served = Promise.all([transport.notify(0), transport.notify(1)]);
    expect(disk.held.length).toBe(64);
    disk.held.at(-1)?.end();
    await requests[63]?.completed;
    expect(requests.filter(({ written }) => written !== undefined)).toHaveLength(1);
    while (disk.held.length > 0) disk.held[0]?.end();
    await served;
    expect(requests.every(({ written }) => written === 513)).toBe(true);
  });

  it('beyond 16 MiB wait in their rings until others end', async () => {
    const { disk, device, transport } = setUp(new TestDisk(MIB));
    disk.holding = true;
    const requests = Array.from({ length: 20 }, () => transport.offer(0, message(IN, 0), MIB + 1));
    const served = transport.notify(0);
    expect(requests.filter(({ taken }) => taken)).toHaveLength(16);
    expect(await transport.turn()).toBe(false);
    disk.held[0]?.end();
    await requests[0]?.completed;
    const more = transport.turn();
    expect(requests.filter(({ taken }) => taken)).toHaveLength(17);
    disk.holding = false;
    while (disk.held.length > 0) disk.held[0]?.end();
    await Promise.all([served, more]);
    while (await transport.turn());
    expect(requests.every(({ written }) => written === MIB + 1)).toBe(true);
    await device.drained();
  });

  it('are 256 at most, however small', async () => {
    const { disk, transport } = setUp(new TestDisk(MIB));
    disk.holding = true;
    const requests = Array.from({ length: 300 }, () => transport.offer(0, message(FLUSH, 0), 1));
    const served = transport.notify(0);
    expect(requests.filter(({ taken }) => taken)).toHaveLength(256);
    disk.holding = false;
    while (disk.held.length > 0) disk.held[0]?.end();
    await served;
    while (await transport.turn());
    expect(requests.every(({ written }) => written === 1)).toBe(true);
  });
});

describe('in order, for a virtual clock', () => {
  it('reads run side by side, and are answered as they were taken', async () => {
    const { disk, transport } = setUp(new TestDisk(MIB), { ordered: true });
    disk.holding = true;
    const first = transport.send(0, message(IN, 1), 513);
    const second = transport.send(0, message(IN, 2), 513);
    await expect.poll(() => disk.waiting).toEqual(['read 512+512', 'read 1024+512']);
    disk.held[1]?.end();
    await expect.poll(() => second.answer.length).toBe(513);
    expect(second.written).toBeUndefined();
    const answered: number[] = [];
    void first.completed.then(() => answered.push(1));
    void second.completed.then(() => answered.push(2));
    disk.held[0]?.end();
    await second.completed;
    expect(answered).toEqual([1, 2]);
  });

  it('a change begins when all before it have ended, and what follows waits for it', async () => {
    const { disk, device, transport } = setUp(new TestDisk(MIB), { ordered: true });
    disk.holding = true;
    transport.send(0, message(IN, 1), 513);
    transport.send(0, message(OUT, 1, filled(512, 9)), 1);
    const after = transport.send(0, message(IN, 1), 513);
    await expect.poll(() => disk.waiting).toEqual(['read 512+512']);
    disk.held[0]?.end();
    await expect.poll(() => disk.waiting).toEqual(['write 512+512']);
    disk.held[0]?.end();
    await expect.poll(() => disk.waiting).toEqual(['read 512+512']);
    disk.held[0]?.end();
    await device.drained();
    expect(after.answer[0]).toBe(9);
  });
});

describe('reset', () => {
  it('lets requests under way end on the disk, unanswered, before any of the next driver', async () => {
    const { disk, device, transport } = setUp();
    disk.holding = true;
    const late = transport.send(0, message(OUT, 0, filled(512, 1)), 1);
    const lateRead = transport.send(0, message(IN, 0), 513);
    transport.reset();
    const next = new FakeTransport(device);
    const write = next.send(0, message(OUT, 0, filled(512, 2)), 1);
    expect(write.taken).toBe(false);
    expect(disk.waiting).toEqual(['write 0+512', 'read 0+512']);
    disk.holding = false;
    disk.held[0]?.end();
    expect(await next.turn()).toBe(false);
    disk.held[0]?.end();
    await device.drained();
    expect(await next.turn()).toBe(true);
    expect(await write.completed).toBe(1);
    expect(disk.bytes[0]).toBe(2);
    expect([late.written, lateRead.written]).toEqual([undefined, undefined]);
  });

  it.each([true, false])('in the middle of a long write (ordered: %s)', async (ordered) => {
    const { disk, device, transport } = setUp(new TestDisk(4 * MIB), { ordered });
    disk.holding = true;
    const write = transport.send(0, message(OUT, 0, filled(3 * MIB, 1)), 1);
    const behind = transport.send(0, message(OUT, 0, filled(512, 2)), 1);
    await expect.poll(() => disk.held.length).toBe(ordered ? 1 : 2);
    transport.reset();
    while (disk.held.length > 0) disk.held[0]?.end();
    await device.drained();
    expect(disk.held).toEqual([]);
    expect(disk.bytes.lastIndexOf(1)).toBe(MIB - 1);
    expect([write.written, behind.written]).toEqual([undefined, undefined]);
  });

  it('ends those that wait for their turn too, before they begin', async () => {
    const { disk, device, transport } = setUp(new TestDisk(MIB), { ordered: true });
    disk.holding = true;
    transport.send(0, message(FLUSH, 0), 1);
    const waiting = [
      transport.send(0, message(GET_ID, 0), 21),
      transport.send(0, message(IN, 0), 513),
      transport.send(0, message(DISCARD, 0, segment(0, 1)), 1),
    ];
    await expect.poll(() => disk.waiting).toEqual(['flush 0+0']);
    transport.reset();
    disk.held[0]?.end();
    await device.drained();
    expect(disk.calls).toEqual(['flush']);
    expect(waiting.every(({ written }) => written === undefined)).toBe(true);
  });

  it('twice in a row', async () => {
    const { disk, device, transport } = setUp();
    disk.holding = true;
    transport.send(0, message(OUT, 0, filled(512, 1)), 1);
    transport.reset();
    const second = new FakeTransport(device);
    const void2 = second.send(0, message(OUT, 0, filled(512, 2)), 1);
    second.reset();
    const third = new FakeTransport(device);
    const read = third.send(0, message(IN, 0), 513);
    disk.holding = false;
    disk.held[0]?.end();
    await device.drained();
    expect(await third.turn()).toBe(true);
    await read.completed;
    expect([read.answer[0], void2.taken]).toEqual([1, false]);
  });

  it('notify before DRIVER_OK does nothing', () => {
    const device = new BlockDevice(new TestDisk(MIB));
    expect(device.notify(0)).toBeUndefined();
  });

  it('close waits for what is under way, then flushes the disk and leaves it open', async () => {
    const { disk, device, transport } = setUp();
    disk.holding = true;
    transport.send(0, message(OUT, 0, filled(512, 1)), 1);
    const closed = device.close();
    expect(disk.waiting).toEqual(['write 0+512']);
    disk.held[0]?.end();
    await expect.poll(() => disk.waiting).toEqual(['flush 0+0']);
    disk.held[0]?.end();
    await closed;
    expect(disk.calls).toEqual(['write 0+512', 'flush']);
  });

  it('close says when the disk cannot be flushed', async () => {
    const { disk, device } = setUp();
    disk.failure = new DiskError('full', 'no room');
    await expect(device.close()).rejects.toThrow('no room');
    await new BlockDevice(new TestDisk(MIB, true)).close();
  });
});
