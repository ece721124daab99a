import { BUFFERS, rig } from '../../test/virtio/device.js';
import { FREE } from '../../test/virtio/mmio-guest.js';
import { MockDriver } from '../../test/virtio/mock-driver.js';
import { placeAt } from '../../test/virtio/mock-queue.js';
import { VERSION_1 } from '../../test/virtio/registers.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';

const SUBJECT = {
  group: 'rings',
  name: 'requests',
  engine: 'wasm',
  unit: 'k/s',
  better: 'higher',
} as const;
/** Requests between two looks at what the device has given back. */
const BATCH = 128;
const HEADER = 16;
const BLOCK = 4096;

/**
 * `rings/requests`: thousands of requests a second that a back end takes, fills with 4 KiB and completes. Only
 * its part is timed: the driver is a mock, and there is no guest.
 */
export const ringsBenchmark: Benchmark = {
  ...SUBJECT,
  async run({ runs, targetSeconds }, sink) {
    sink.progress(`${SUBJECT.group}/${SUBJECT.name}`);
    const { guest, slots } = await rig({ device: { queues: [4 * BATCH] } });
    const [queue] = new MockDriver(guest).init({
      features: VERSION_1,
      queues: [placeAt(FREE, 4 * BATCH)],
    });
    if (queue === undefined) throw new Error('the mock driver has no queue');
    const block = new Uint8Array(BLOCK);
    const chain = [
      { address: BUFFERS, length: HEADER },
      { address: BUFFERS + 0x1000n, length: BLOCK, write: true },
      { address: BUFFERS + 0x3000n, length: 1, write: true },
    ];
    /** Milliseconds for one batch. */
    const serve = (): number => {
      for (let count = 0; count < BATCH; count++) queue.add(chain);
      const began = performance.now();
      for (;;) {
        const request = slots.take(0, 0);
        if (typeof request === 'number') break;
        slots.write(request, 0, block);
        slots.complete(request, BLOCK + 1);
      }
      const milliseconds = performance.now() - began;
      const served = queue.collect().length;
      if (served !== BATCH) throw new Error(`${served} requests came back, not ${BATCH}`);
      return milliseconds;
    };
    const sample = (): number => {
      let spent = 0;
      let batches = 0;
      for (; spent < targetSeconds * 1000; batches++) spent += serve();
      return (batches * BATCH) / spent;
    };
    sample();
    sink.row(rowOf(SUBJECT, Array.from({ length: runs }, sample)));
  },
};
