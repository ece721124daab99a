import { describe, expect, it } from 'vitest';
import { FakeTransport } from '../../../../test/virtio/fake-transport.js';
import { ConfigurationError } from '../../../core/errors.js';
import { formatMac, localMac, parseMac } from './mac.js';
import { NetworkDevice } from './network-device.js';
import { Queue } from './protocol.js';

const MAC = '02:00:5e:10:0a:ff';

describe('a network card without a cable', () => {
  it('has its address, and its link down, in its configuration space (VIRTIO 1.2 §5.1.4)', () => {
    const device = new NetworkDevice(MAC);
    expect([...device.config]).toEqual([2, 0, 0x5e, 0x10, 0x0a, 0xff, 0, 0]);
    expect(device.mac).toBe(MAC);
    device.mac = '06:01:02:03:04:05';
    expect([...device.config]).toEqual([6, 1, 2, 3, 4, 5, 0, 0]);
  });

  it('keeps the buffers for what could come', () => {
    const transport = new FakeTransport(new NetworkDevice(MAC));
    expect(transport.send(Queue.Receive, 0, 1526).taken).toBe(false);
  });

  it('takes what is sent, drops it and counts', () => {
    const device = new NetworkDevice(MAC);
    const transport = new FakeTransport(device);
    const first = transport.offer(Queue.Transmit, new Uint8Array(72));
    const second = transport.send(Queue.Transmit, new Uint8Array(0), 12);
    expect([first.written, second.written]).toEqual([0, 0]);
    expect(device.counts).toEqual({ framesDropped: 2 });
  });

  it('takes nothing after a reset, and goes on for the next driver', () => {
    const device = new NetworkDevice(MAC);
    const transport = new FakeTransport(device);
    transport.reset();
    expect(transport.send(Queue.Transmit, 60).taken).toBe(false);
    expect(new FakeTransport(device).send(Queue.Transmit, 60).written).toBe(0);
  });
});

describe('addresses of cards', () => {
  it('are locally administered, and of one card (IEEE 802, 8.2.2)', () => {
    expect(formatMac(localMac(Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6)))).toBe('fe:01:02:03:04:05');
    expect(formatMac(localMac(Uint8Array.of(0, 1, 2, 3, 4, 5)))).toBe('02:01:02:03:04:05');
  });

  it.each(['', '02:00', '02:00:5e:10:00:0g', '02:00:5e:10:00:01:02', '03:00:5e:10:00:01'])(
    "are not like '%s'",
    (text) => {
      expect(() => parseMac(text)).toThrow(ConfigurationError);
    },
  );
});
