import { describe, expect, it } from 'vitest';
import { FakeTransport } from '../../../../test/virtio/fake-transport.js';
import { EntropyDevice } from './entropy-device.js';

/** Counts up, so that what was written where can be seen. */
function setUp() {
  const asked: number[] = [];
  let next = 1;
  const device = new EntropyDevice({
    state: null,
    fill: (bytes) => {
      asked.push(bytes.length);
      for (let i = 0; i < bytes.length; i++) bytes[i] = next++;
    },
  });
  return { asked, device, transport: new FakeTransport(device) };
}

describe('the entropy device', () => {
  it('fills buffers from its source', () => {
    const { transport } = setUp();
    const first = transport.offer(0, 0, 4);
    const second = transport.send(0, 0, 2);
    expect([...first.answer, ...second.answer]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([first.written, second.written]).toEqual([4, 2]);
  });

  it('gives at most 64 KiB to a request, however long', () => {
    const { asked, transport } = setUp();
    const giant = transport.send(0, 0, 2 ** 40);
    expect(giant.written).toBe(65_536);
    expect(asked).toEqual([65_536]);
  });

  it('gives back a buffer that it may not write', () => {
    const { transport } = setUp();
    expect(transport.send(0, Uint8Array.of(1, 2, 3), 0).written).toBe(0);
  });

  it('takes nothing after a reset, and goes on for the next driver', () => {
    const { device, transport } = setUp();
    transport.reset();
    expect(transport.send(0, 0, 4).taken).toBe(false);
    expect(new FakeTransport(device).send(0, 0, 4).written).toBe(4);
  });
});
