/** Drivers that send anything, and reset at any moment, to each of the devices. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../src/core/errors.js';
import { BlockDevice } from '../../src/machine/virtio/block/block-device.js';
import { ConsoleDevice } from '../../src/machine/virtio/console/console-device.js';
import type { VirtioDevice } from '../../src/machine/virtio/device.js';
import { EntropyDevice } from '../../src/machine/virtio/entropy/entropy-device.js';
import { NetworkDevice } from '../../src/machine/virtio/network/network-device.js';
import { randomNumbers } from '../core/random.js';
import { TestPort } from './console-driver.js';
import { type FakeRequest, FakeTransport } from './fake-transport.js';
import { TestDisk } from './test-disk.js';

const ROUNDS = 2000;
const DISK_SIZE = 64 * 512;

type Random = (below: number) => number;

/**
 * What a driver sends: noise, claims of giant lengths, and mostly bytes that `shape` makes look like a
 * request, so that they get behind the first checks.
 */
function sent(random: Random, lengths: readonly number[], shape: (bytes: Uint8Array) => void) {
  if (random(50) === 0) return 2 ** (20 + random(30));
  const bytes = new Uint8Array(lengths[random(lengths.length)] ?? 0);
  if (random(8) > 0) shape(bytes);
  else for (let i = 0; i < bytes.length; i++) bytes[i] = random(256);
  return bytes;
}

/** A header with a sector, and what is a segment's sector, length and flags if data follows. */
function blockRequest(random: Random): Uint8Array | number {
  const types = [0, 1, 4, 8, 11, 13, 5, 255];
  return sent(random, [0, 15, 16, 32, 48, 528, 1040], (bytes) => {
    bytes[0] = types[random(types.length)] ?? 0;
    bytes[8] = random(70);
    for (let at = 16; at < bytes.length; at += 16) {
      bytes[at] = random(70);
      bytes[at + 8] = random(4);
      bytes[at + 12] = random(3) === 0 ? random(4) : 0;
    }
  });
}

function controlMessage(random: Random): Uint8Array | number {
  return sent(random, [0, 7, 8, 9, 1000], (bytes) => {
    bytes[0] = random(4);
    bytes[4] = [0, 3, 6, 7][random(4)] ?? 0;
    bytes[6] = random(2);
  });
}

function writable(random: Random): number {
  if (random(50) === 0) return 2 ** 40;
  return [0, 1, 2, 8, 21, 513, 1025, 4097][random(8)] ?? 0;
}

/** Drives `device` for ROUNDS rounds; `meanwhile` is what its surroundings do between them. */
async function drive(
  device: VirtioDevice,
  random: Random,
  message: (random: Random) => Uint8Array | number,
  meanwhile: () => void = () => {},
): Promise<void> {
  const failures: unknown[] = [];
  const features = () => (random(4) === 0 ? 0n : device.features);
  let transport = new FakeTransport(device, features());
  let requests: FakeRequest[] = [];
  let answered = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const queue = random(device.queues.length);
    if (random(200) === 0) {
      transport.reset();
      answered += requests.filter(({ written }) => written !== undefined).length;
      requests = [];
      transport = new FakeTransport(device, features());
    }
    for (let i = random(4); i > 0; i--) {
      requests.push(transport.offer(queue, message(random), writable(random)));
    }
    transport.notify(queue).catch((error: unknown) => failures.push(error));
    meanwhile();
    if (random(4) === 0) transport.turn().catch((error: unknown) => failures.push(error));
    if (random(2) === 0) await setImmediate();
  }
  expect(failures).toEqual([]);
  answered += requests.filter(({ written }) => written !== undefined).length;
  expect(answered).toBeGreaterThan(ROUNDS / 10);
}

describe.each([1, 2, 3])('seed %i', (seed) => {
  it.each([false, true])('a block device, ordered: %s', async (ordered) => {
    const random = randomNumbers(seed);
    const disk = new TestDisk(DISK_SIZE);
    disk.holding = true;
    const device = new BlockDevice(disk, { queues: 3, ordered });
    await drive(device, random, blockRequest, () => {
      for (let i = random(8); i > 0 && disk.held.length > 0; i--) {
        const call = disk.held[random(disk.held.length)];
        if (random(10) === 0) call?.fail();
        else call?.end();
      }
    });
    disk.failure = new DiskError('io', 'enough');
    while (disk.held.length > 0) disk.held[0]?.end();
    await device.drained();
    // The disk itself throws at a call beyond its end: what was done was inside of it.
    const done = new Set(disk.calls.map((call) => call.split(' ')[0]));
    expect([...done].sort()).toEqual(['discard', 'flush', 'read', 'unmap', 'write', 'zero']);
  });

  it('a console', async () => {
    const random = randomNumbers(seed);
    const ports = [new TestPort('a', true), new TestPort('b'), new TestPort('c', true)];
    const device = new ConsoleDevice(ports);
    await drive(device, random, controlMessage, () => {
      const port = ports[random(ports.length)];
      if (port === undefined) return;
      port.congested = random(3) === 0;
      port.received.length = 0;
      if (port.typed.length < 10) port.typed.push(new Uint8Array(random(10_000)));
      if (random(10) === 0) device.resize(1 + random(100), 1 + random(100));
      device.pump();
    });
    expect(ports.every(({ log }) => log.includes('open'))).toBe(true);
  });

  it('an entropy device', async () => {
    await drive(
      new EntropyDevice({ state: null, fill: (bytes) => void bytes.fill(1) }),
      randomNumbers(seed),
      controlMessage,
    );
  });

  it('a network card without a cable', async () => {
    const device = new NetworkDevice('02:00:5e:10:00:01');
    await drive(device, randomNumbers(seed), controlMessage);
    expect(device.counts.framesDropped).toBeGreaterThan(0);
  });
});
