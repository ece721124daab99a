import { describe, expect, it } from 'vitest';
import {
  DISCARD,
  FLUSH,
  filled,
  GET_ID,
  IN,
  IO_ERROR,
  MIB,
  message,
  OK,
  OUT,
  segment,
  setUp,
  status,
  UNSUPPORTED,
  WRITE_ZEROES,
} from '../../../../test/virtio/block-driver.js';
import { TestDisk } from '../../../../test/virtio/test-disk.js';
import { DiskError } from '../../../core/errors.js';
import { BlockDevice } from './block-device.js';

describe('requests', () => {
  it('reads and writes sectors', async () => {
    const { disk, transport } = setUp();
    const write = transport.send(0, message(OUT, 3, filled(1024, 7)), 1);
    expect(await write.completed).toBe(1);
    expect(status(write)).toBe(OK);
    expect(disk.bytes.indexOf(7)).toBe(3 * 512);
    expect(disk.bytes.lastIndexOf(7)).toBe(5 * 512 - 1);
    const read = transport.send(0, message(IN, 4), 1025);
    expect(await read.completed).toBe(1025);
    expect([...read.answer]).toEqual([...filled(512, 7), ...filled(512, 0), OK]);
  });

  it('carries a request of any length, in pieces of at most 1 MiB', async () => {
    const { disk, transport } = setUp(new TestDisk(4 * MIB));
    const data = Uint8Array.from({ length: 2.5 * MIB }, (_, i) => i % 251);
    const write = transport.send(0, message(OUT, 1, data), 1);
    await write.completed;
    const read = transport.send(0, message(IN, 1), data.length + 1);
    expect(await read.completed).toBe(data.length + 1);
    expect(Buffer.compare(read.answer.subarray(0, -1), data)).toBe(0);
    expect(disk.calls).toEqual([
      ...[`write 512+${MIB}`, `write ${512 + MIB}+${MIB}`, `write ${512 + 2 * MIB}+${MIB / 2}`],
      ...[`read 512+${MIB}`, `read ${512 + MIB}+${MIB}`, `read ${512 + 2 * MIB}+${MIB / 2}`],
    ]);
  });

  it('flushes, and tells its serial number', async () => {
    const { disk, transport } = setUp(new TestDisk(MIB), { serial: 'root-1' });
    const flush = transport.send(0, message(FLUSH, 0), 1);
    await flush.completed;
    expect([disk.calls, status(flush)]).toEqual([['flush'], OK]);
    const id = transport.send(0, message(GET_ID, 0), 21);
    expect(await id.completed).toBe(21);
    expect(Buffer.from(id.answer).toString('latin1')).toBe(`root-1${'\0'.repeat(15)}`);
    const short = transport.send(0, message(GET_ID, 0), 5);
    expect(await short.completed).toBe(5);
    expect(Buffer.from(short.answer).toString('latin1')).toBe('root\0');
  });

  it('discards and writes zeroes, several ranges in a request', async () => {
    const { disk, transport } = setUp();
    const ranges = Uint8Array.from([...segment(8, 16), ...segment(0, 1)]);
    const discard = transport.send(0, message(DISCARD, 0, ranges), 1);
    await discard.completed;
    const zeroes = Uint8Array.from([...segment(8, 16, 1), ...segment(2047, 1)]);
    const write = transport.send(0, message(WRITE_ZEROES, 0, zeroes), 1);
    await write.completed;
    expect([status(discard), status(write)]).toEqual([OK, OK]);
    expect(disk.calls).toEqual([
      ...['discard 4096+8192', 'discard 0+512'],
      ...['unmap 4096+8192', `zero ${2047 * 512}+512`],
    ]);
  });

  it('counts', async () => {
    const { disk, device, transport } = setUp();
    await transport.send(0, message(OUT, 0, filled(512, 1)), 1).completed;
    await transport.send(0, message(IN, 0), 1025).completed;
    await transport.send(0, message(99, 0), 1).completed;
    disk.failure = new DiskError('io', 'cannot read');
    await transport.send(0, message(IN, 0), 1025).completed;
    expect(device.counts).toMatchObject({
      requests: { read: 2, write: 1, refused: 1, flush: 0 },
      bytesRead: 1024,
      bytesWritten: 512,
      errors: 1,
      lastError: 'cannot read',
    });
  });
});

describe('durability', () => {
  it('without FLUSH negotiated, flushes before each change is answered', async () => {
    const { disk, transport } = setUp(new TestDisk(MIB), {}, 0n);
    disk.holding = true;
    const write = transport.send(0, message(OUT, 0, filled(512, 1)), 1);
    disk.held[0]?.end();
    await expect.poll(() => disk.waiting).toEqual(['flush 0+0']);
    expect(write.written).toBeUndefined();
    disk.held[0]?.end();
    expect(await write.completed).toBe(1);
  });

  it('with FLUSH, leaves that to the driver', async () => {
    const { disk, transport } = setUp();
    await transport.send(0, message(OUT, 0, filled(512, 1)), 1).completed;
    expect(disk.calls).toEqual(['write 0+512']);
  });
});

describe('what is refused', () => {
  const size = 64 * 512;
  const cases: [string, Uint8Array, number, number][] = [
    ['a short header', message(IN, 0).subarray(0, 15), 513, IO_ERROR],
    ['no header', new Uint8Array(0), 1, IO_ERROR],
    ['an unknown type', message(77, 0), 1, UNSUPPORTED],
    ['a read of half a sector', message(IN, 0), 257, IO_ERROR],
    ['a write of half a sector', message(OUT, 0, filled(256, 1)), 1, IO_ERROR],
    ['a read past the end', message(IN, 63), 1025, IO_ERROR],
    ['a write past the end', message(OUT, 64, filled(512, 1)), 1, IO_ERROR],
    ['a sector near 2^64', message(IN, (1n << 64n) - 1n), 1025, IO_ERROR],
    ['a sector of which the bytes are 2^64', message(IN, 1n << 55n), 513, IO_ERROR],
    ['a giant read', message(IN, 0), 2 ** 40 + 1, IO_ERROR],
    ['a discard without ranges', message(DISCARD, 0), 1, IO_ERROR],
    ['a discard of half a range', message(DISCARD, 0, segment(0, 1).subarray(0, 8)), 1, IO_ERROR],
    ['a discard past the end', message(DISCARD, 0, segment(60, 5)), 1, IO_ERROR],
    ['a discard near 2^64', message(DISCARD, 0, segment((1n << 64n) - 1n, 2)), 1, IO_ERROR],
    ['a discard that says unmap', message(DISCARD, 0, segment(0, 1, 1)), 1, UNSUPPORTED],
    ['zeroes with an unknown flag', message(WRITE_ZEROES, 0, segment(0, 1, 2)), 1, UNSUPPORTED],
    ['too many ranges', message(DISCARD, 0, filled(16 * 33, 0)), 1, IO_ERROR],
    [
      'a second range past the end',
      message(WRITE_ZEROES, 0, Uint8Array.from([...segment(0, 1), ...segment(64, 1)])),
      1,
      IO_ERROR,
    ],
  ];
  it.each(cases)('%s touches nothing', async (_, readable, writable, expected) => {
    const { disk, transport } = setUp(new TestDisk(size));
    const request = transport.send(0, readable, writable);
    expect(await request.completed).toBe(writable === 1 ? 1 : 0);
    // The status of the giant stands beyond what the double keeps.
    if (writable < MIB) expect(status(request)).toBe(expected);
    expect(disk.calls).toEqual([]);
  });

  it('a request that claims a terabyte of zeros, a read by its type, reads nothing of it', async () => {
    const { disk, transport } = setUp(new TestDisk(size));
    const request = transport.send(0, 2 ** 40, 513);
    expect(await request.completed).toBe(513);
    expect([disk.calls, status(request)]).toEqual([['read 0+512'], OK]);
  });

  it('more sectors than announced, on a disk that has them', async () => {
    const { disk, transport } = setUp(new TestDisk(65 * MIB));
    const most = 2 ** 17;
    const more = transport.send(0, message(WRITE_ZEROES, 0, segment(0, most + 1)), 1);
    await more.completed;
    expect([disk.calls, status(more)]).toEqual([[], IO_ERROR]);
    const just = transport.send(0, message(WRITE_ZEROES, 0, segment(0, most)), 1);
    await just.completed;
    expect(status(just)).toBe(OK);
  });

  it('a request without room for a status is given back unused', async () => {
    const { disk, transport } = setUp();
    expect(await transport.send(0, message(OUT, 0, filled(512, 1)), 0).completed).toBe(0);
    expect(await transport.send(0, new Uint8Array(0), 0).completed).toBe(0);
    expect(disk.calls).toEqual([]);
  });

  it('every change of a read-only disk', async () => {
    const { disk, device, transport } = setUp(new TestDisk(MIB, true));
    expect(device.features & (1n << 5n)).not.toBe(0n);
    expect(device.features & ((1n << 13n) | (1n << 14n))).toBe(0n);
    for (const readable of [
      message(OUT, 0, filled(512, 1)),
      message(DISCARD, 0, segment(0, 1)),
      message(WRITE_ZEROES, 0, segment(0, 1)),
    ]) {
      const request = transport.send(0, readable, 1);
      await request.completed;
      expect(status(request)).toBe(IO_ERROR);
    }
    expect(disk.calls).toEqual([]);
    const read = transport.send(0, message(IN, 0), 513);
    await read.completed;
    expect(status(read)).toBe(OK);
  });

  it.each([[{ queues: 0 }], [{ queues: 17 }], [{ serial: 'x'.repeat(21) }], [{ serial: 'ü' }]])(
    'the options %o',
    (options) => {
      expect(() => new BlockDevice(new TestDisk(MIB), options)).toThrow(/a disk/);
    },
  );

  it('a disk of half sectors', () => {
    expect(() => new BlockDevice(new TestDisk(700))).toThrow('multiple of 512 bytes, not 700');
  });
});

describe('a disk that fails', () => {
  it.each([
    ['a DiskError', new DiskError('full', 'no room')],
    ['anything else', new TypeError('a bug of the disk')],
  ])('with %s: an I/O error, and the device goes on', async (_, failure) => {
    const { disk, transport } = setUp();
    disk.failure = failure;
    const messages = [
      message(OUT, 0, filled(512, 1)),
      message(FLUSH, 0),
      message(DISCARD, 0, segment(0, 1)),
      message(WRITE_ZEROES, 0, segment(0, 1)),
    ];
    const requests = messages.map((readable) => transport.send(0, readable, 1));
    requests.push(transport.send(0, message(IN, 0), 513));
    for (const request of requests) {
      await request.completed;
      expect(status(request)).toBe(IO_ERROR);
    }
    disk.failure = undefined;
    const read = transport.send(0, message(IN, 0), 513);
    await read.completed;
    expect(status(read)).toBe(OK);
  });

  it('half-way through a long read: only what came before it counts', async () => {
    const { disk, transport } = setUp(new TestDisk(2 * MIB));
    disk.holding = true;
    const read = transport.send(0, message(IN, 0), 2 * MIB + 1);
    disk.held[0]?.end();
    await expect.poll(() => disk.waiting).toEqual([`read ${MIB}+${MIB}`]);
    disk.held[0]?.fail();
    expect(await read.completed).toBe(MIB);
    expect(status(read)).toBe(IO_ERROR);
  });
});

describe('configuration space', () => {
  it('has the figures where VIRTIO 1.2 §5.2.4 puts them', () => {
    const { config } = new BlockDevice(new TestDisk(3 * MIB), { queues: 4 });
    const view = new DataView(config.buffer);
    expect(config.length).toBe(60);
    expect(view.getBigUint64(0, true)).toBe(6144n);
    expect(view.getUint32(12, true)).toBe(254);
    expect(view.getUint32(20, true)).toBe(512);
    expect(view.getUint8(24)).toBe(3);
    expect(view.getUint16(34, true)).toBe(4);
    expect(view.getUint32(36, true)).toBe(2 ** 22);
    expect(view.getUint32(40, true)).toBe(32);
    expect(view.getUint32(44, true)).toBe(8);
    expect(view.getUint32(48, true)).toBe(2 ** 17);
    expect(view.getUint32(52, true)).toBe(8);
    expect(view.getUint8(56)).toBe(1);
  });
});
