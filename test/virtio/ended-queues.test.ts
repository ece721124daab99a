/** A driver may end a queue (QueueReady := 0) while its requests are with the back end. */
import { expect, it } from 'vitest';
import { BlockDevice } from '../../src/machine/virtio/block/block-device.js';
import { VirtioBus } from '../../src/machine/virtio/bus.js';
import { ConsoleDevice } from '../../src/machine/virtio/console/console-device.js';
import type { VirtioDevice } from '../../src/machine/virtio/device.js';
import { message } from './block-driver.js';
import { TestPort } from './console-driver.js';
import { FREE, MmioGuest } from './mmio-guest.js';
import { MockDriver } from './mock-driver.js';
import { placeAt } from './mock-queue.js';
import { TestDisk } from './test-disk.js';

const MIB = 1 << 20;
const OUT = 1;

async function plug(device: VirtioDevice) {
  const guest = await MmioGuest.create({ memory: 16 * MIB });
  const bus = new VirtioBus([device], () => {});
  bus.attach(guest.machine.core, guest.machine.vm);
  guest.onDoorbell = () => bus.serve();
  return { guest, bus, driver: new MockDriver(guest, 0) };
}

it('a console forgets what it had half taken', async () => {
  const port = new TestPort('a', true);
  let received = 0;
  port.receive = (bytes) => {
    received += bytes.length;
  };
  const { bus, driver } = await plug(new ConsoleDevice([port]));
  const places = [placeAt(FREE, 16), placeAt(FREE + 0x1000n, 16)];
  const [, transmit] = driver.init({ queues: places });
  transmit?.add([{ address: FREE + 0x1_0000n, length: 2 * MIB }]);
  driver.notify(1);
  expect(received).toBe(MIB);
  driver.end(1);
  bus.catchUp();
  bus.pump();
  expect(received).toBe(MIB);
});

it('a disk is written only what the guest has written', async () => {
  const disk = new TestDisk(4 * MIB);
  disk.bytes.fill(0x77);
  disk.holding = true;
  const { guest, bus, driver } = await plug(new BlockDevice(disk, { ordered: true }));
  const [queue] = driver.init({ queues: [placeAt(FREE, 16)] });
  const [first, second, statuses] = [0x1_0000n, 0x21_0000n, 0x41_0000n].map((at) => FREE + at);
  for (const [address, sector, byte] of [
    [first, 0, 0x11],
    [second, 4096, 0x22],
  ] as const) {
    const written = message(OUT, sector, new Uint8Array(MIB).fill(byte));
    guest.machine.ram.write(address ?? 0n, written);
    queue?.add([
      { address: address ?? 0n, length: written.length },
      { address: (statuses ?? 0n) + BigInt(byte), length: 1, write: true },
    ]);
  }
  driver.notify(0);
  await expect.poll(() => disk.waiting).toEqual([`write 0+${MIB}`]);
  driver.end(0);
  disk.holding = false;
  disk.held[0]?.end();
  await bus.settled();
  expect(disk.calls.filter((call) => call !== 'flush')).toEqual([`write 0+${MIB}`]);
  expect(disk.bytes.indexOf(0x77)).toBe(MIB);
});
