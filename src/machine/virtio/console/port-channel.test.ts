import { describe, expect, it } from 'vitest';
import { ControlDriver, PORT_OPEN, TestPort } from '../../../../test/virtio/console-driver.js';
import { type FakeRequest, FakeTransport } from '../../../../test/virtio/fake-transport.js';
import { ConsoleDevice } from './console-device.js';

/** The second port's queues (VIRTIO 1.2 §5.3.2). */
const [RECEIVE, TRANSMIT] = [4, 5];
const MIB = 2 ** 20;

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (request: FakeRequest) =>
  new TextDecoder().decode(request.answer.subarray(0, request.written));

function setUp() {
  const terminal = new TestPort('shell', true);
  const port = new TestPort('agent');
  const device = new ConsoleDevice([terminal, port]);
  const transport = new FakeTransport(device);
  const open = (value = 1) => new ControlDriver(transport).send(1, PORT_OPEN, value);
  return { terminal, port, device, transport, open };
}

describe('from the guest', () => {
  it('bytes go to the port of their queue, and the buffer goes back at once', () => {
    const { terminal, port, transport } = setUp();
    expect(transport.send(TRANSMIT, bytes('to the agent')).written).toBe(0);
    expect(transport.send(1, bytes('to the shell')).written).toBe(0);
    expect([port.text, terminal.text]).toEqual(['to the agent', 'to the shell']);
  });

  it('wait in the ring while the port has no room', () => {
    const { port, device, transport } = setUp();
    port.room = 5;
    transport.send(TRANSMIT, bytes('first'));
    const second = transport.send(TRANSMIT, bytes('second'));
    expect([second.taken, device.congested]).toEqual([false, true]);
    device.pump();
    expect(port.text).toBe('first');
    port.congested = false;
    expect(device.congested).toBe(false);
    device.pump();
    expect([port.text, second.written]).toEqual(['firstsecond', 0]);
  });

  it('wait in the middle of a long buffer too', () => {
    const { port, device, transport } = setUp();
    port.room = 1;
    const data = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
    const request = transport.send(TRANSMIT, data);
    expect(request.written).toBeUndefined();
    expect(port.received.map(({ length }) => length)).toEqual([65_536]);
    port.room = Number.POSITIVE_INFINITY;
    port.congested = false;
    device.pump();
    expect(request.written).toBe(0);
    expect(Buffer.compare(Buffer.concat(port.received), data)).toBe(0);
  });

  it('are handed over in bounded pieces and turns, whatever length a buffer claims', async () => {
    const { port, transport } = setUp();
    const giant = transport.send(TRANSMIT, 2 ** 50);
    const had = () => port.received.reduce((sum, { length }) => sum + length, 0);
    expect(had()).toBe(MIB);
    expect(await transport.turn()).toBe(true);
    expect(had()).toBe(2 * MIB);
    expect(giant.written).toBeUndefined();
  });

  it('an empty buffer goes back', () => {
    const { port, transport } = setUp();
    expect(transport.send(TRANSMIT, new Uint8Array(0), 100).written).toBe(0);
    expect(port.received).toEqual([]);
  });
});

describe('to the guest', () => {
  it('bytes go out in a pump, several pieces to a buffer, while the port is open', () => {
    const { port, device, transport, open } = setUp();
    const first = transport.send(RECEIVE, 0, 8);
    const second = transport.send(RECEIVE, 0, 100);
    const third = transport.send(RECEIVE, 0, 100);
    port.typed.push(bytes('abc'), bytes('defghij'), bytes('k'));
    device.pump();
    expect(first.taken).toBe(false);
    open();
    expect(first.taken).toBe(false);
    device.pump();
    expect([text(first), text(second), third.taken]).toEqual(['abcdefgh', 'ijk', false]);
    open(0);
    port.typed.push(bytes('later'));
    device.pump();
    expect(third.taken).toBe(false);
    open();
    device.pump();
    expect(text(third)).toBe('later');
  });

  it('no buffer is taken when nothing is typed', () => {
    const { port, device, transport, open } = setUp();
    open();
    const request = transport.send(RECEIVE, 0, 100);
    port.typed.push(new Uint8Array(0));
    device.pump();
    expect(request.taken).toBe(false);
  });

  it('what has no buffer stays typed', () => {
    const { port, device, transport, open } = setUp();
    open();
    const first = transport.send(RECEIVE, 0, 4);
    port.typed.push(bytes('0123456789'));
    device.pump();
    expect(text(first)).toBe('0123');
    expect(new TextDecoder().decode(port.typed[0])).toBe('456789');
    const second = transport.send(RECEIVE, 0, 100);
    device.pump();
    expect(text(second)).toBe('456789');
  });

  it('buffers without room are given back, and nothing is lost in them', () => {
    const { port, device, transport, open } = setUp();
    open();
    const empty = transport.send(RECEIVE, bytes('not for writing'), 0);
    const good = transport.send(RECEIVE, 0, 2 ** 40);
    port.typed.push(bytes('hello'));
    device.pump();
    expect([empty.written, text(good)]).toEqual([0, 'hello']);
  });
});

describe('reset', () => {
  it('closes ports, forgets half-read buffers, and keeps what is typed', () => {
    const { terminal, port, device, transport, open } = setUp();
    open();
    port.room = 1;
    const long = transport.send(TRANSMIT, new Uint8Array(100_000).fill(65));
    port.typed.push(bytes('typed'));
    transport.reset();
    expect([port.log, terminal.log]).toEqual([['open', 'closed'], []]);
    port.congested = false;
    device.pump();
    expect([long.written, port.received.length]).toEqual([undefined, 1]);

    const next = new FakeTransport(device);
    const request = next.send(RECEIVE, 0, 100);
    device.pump();
    expect(request.taken).toBe(false);
    new ControlDriver(next).send(1, PORT_OPEN, 1);
    device.pump();
    expect(text(request)).toBe('typed');
    next.send(TRANSMIT, bytes('new'));
    expect(new TextDecoder().decode(port.received.at(-1))).toBe('new');
  });

  it('while a port takes bytes over ends it there', () => {
    const { port, device, transport } = setUp();
    const after = transport.offer(TRANSMIT, bytes('second'));
    let resets = 0;
    const receive = port.receive.bind(port);
    port.receive = (piece) => {
      receive(piece);
      if (resets++ === 0) transport.reset();
    };
    transport.offer(TRANSMIT, bytes('third'));
    void device.notify(TRANSMIT);
    expect([port.text, after.written]).toEqual(['second', 0]);
  });
});

describe('a driver without several ports', () => {
  it('has the first, open from the beginning', () => {
    const { terminal, port, device } = setUp();
    const transport = new FakeTransport(device, 0n);
    expect([terminal.log, port.log]).toEqual([['open'], []]);
    transport.send(1, bytes('out'));
    const request = transport.send(0, 0, 100);
    terminal.typed.push(bytes('in'));
    device.resize(10, 10);
    device.pump();
    expect([terminal.text, text(request)]).toEqual(['out', 'in']);
    expect(transport.send(3, new Uint8Array(8)).taken).toBe(false);
    expect(transport.configured).toEqual([]);
  });
});
