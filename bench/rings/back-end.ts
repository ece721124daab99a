import type { VirtioSlots } from '../../src/core/virtio-slots.js';
import type { RingCase } from './case.js';
import { RECEIVE } from './driver.js';
import { HEADER, OUT, SECTOR } from './requests.js';

/** Serves one queue's requests until there are no more; how many there were. */
export type Serve = (queue: number) => number;

/** A disk in memory, of which reads and writes are copies. */
export function diskServer(slots: VirtioSlots, { size }: RingCase, disk: Uint8Array): Serve {
  // A status of 0 behind the data (VIRTIO 1.2 §5.2.6, VIRTIO_BLK_S_OK).
  const answer = new Uint8Array(size + 1);
  const done = new Uint8Array(1);
  const long = new Uint8Array(size);
  return (queue) => {
    for (let count = 0; ; count++) {
      const request = slots.take(0, queue);
      if (typeof request === 'number') return count;
      const { prefix, readable } = request;
      const sector = (prefix[8] ?? 0) | ((prefix[9] ?? 0) << 8) | ((prefix[10] ?? 0) << 16);
      const begin = sector * SECTOR;
      if (prefix[0] === OUT) {
        if (prefix.length === readable) {
          disk.set(prefix.subarray(HEADER), begin);
        } else {
          slots.read(request, HEADER, long);
          disk.set(long, begin);
        }
        slots.write(request, 0, done);
        slots.complete(request, 1);
      } else {
        answer.set(disk.subarray(begin, begin + size));
        slots.write(request, 0, answer);
        slots.complete(request, size + 1);
      }
    }
  };
}

/** A terminal that keeps the last of what it is told, and says the same over and over. */
export function terminalServer(
  slots: VirtioSlots,
  { size }: RingCase,
  said: Uint8Array,
  heard: Uint8Array,
): Serve {
  return (queue) => {
    for (let count = 0; ; count++) {
      const request = slots.take(0, queue);
      if (typeof request === 'number') return count;
      if (queue === RECEIVE) {
        slots.write(request, 0, said);
        slots.complete(request, size);
      } else {
        heard.set(request.prefix);
        slots.complete(request, 0);
      }
    }
  };
}
