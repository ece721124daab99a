import { VirtioTake } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import type { RingCase } from './case.js';
import { RECEIVE } from './driver.js';
import { HEADER } from './records.js';
import { OUT, SECTOR as SECTOR_SIZE } from './requests.js';
import { Transfer } from './transfer.js';

/** Serves one queue's requests until there are no more; how many there were. */
export type Serve = (queue: number) => number;

/** Words of a block request's header (VIRTIO 1.2 §5.2.6). */
const TYPE = 0;
const SECTOR = 2;

/**
 * A disk in memory, of which reads and writes are copies. Requests come as the driver of a case makes them.
 *
 * @param blocks the disk's data, in the pieces that requests name: each begins where the one before ends
 */
export function diskServer(
  core: Core,
  vm: number,
  { size }: RingCase,
  blocks: readonly Uint8Array[],
): Serve {
  const transfer = new Transfer(core, HEADER, size);
  const { exports } = core;
  const none = new Uint8Array(0);
  const sectors = Math.ceil(size / SECTOR_SIZE);
  return (queue) => {
    for (let count = 0; ; count++) {
      const request = exports.virtioTake(vm, 0, queue) >>> 0;
      if (request <= VirtioTake.NextTurn) return count;
      if (count === 0) transfer.refresh();
      const { serial, bytes } = transfer;
      const block = blocks[(transfer.word(SECTOR) / sectors) | 0] ?? none;
      if (transfer.word(TYPE) === OUT) {
        if (transfer.isWhole) {
          block.set(transfer.data);
        } else {
          exports.virtioRead(vm, request, serial, HEADER, size);
          block.set(bytes);
        }
        // The status byte, VIRTIO_BLK_S_OK.
        bytes[0] = 0;
        exports.virtioWrite(vm, request, serial, 0, 1);
        exports.virtioComplete(vm, request, serial, 1);
        continue;
      }
      bytes.set(block);
      if (size < transfer.size) {
        bytes[size] = 0;
        exports.virtioWrite(vm, request, serial, 0, size + 1);
      } else {
        exports.virtioWrite(vm, request, serial, 0, size);
        bytes[0] = 0;
        exports.virtioWrite(vm, request, serial, size, 1);
      }
      exports.virtioComplete(vm, request, serial, size + 1);
    }
  };
}

/** A terminal that keeps the last of what it is told, and says the same over and over. */
export function terminalServer(
  core: Core,
  vm: number,
  { size }: RingCase,
  said: Uint8Array,
  heard: Uint8Array,
): Serve {
  const transfer = new Transfer(core, 0, size);
  const { exports } = core;
  return (queue) => {
    for (let count = 0; ; count++) {
      const request = exports.virtioTake(vm, 0, queue) >>> 0;
      if (request <= VirtioTake.NextTurn) return count;
      if (count === 0) transfer.refresh();
      const { serial } = transfer;
      if (queue === RECEIVE) {
        transfer.bytes.set(said);
        exports.virtioWrite(vm, request, serial, 0, size);
        exports.virtioComplete(vm, request, serial, size);
      } else {
        heard.set(transfer.data);
        exports.virtioComplete(vm, request, serial, 0);
      }
    }
  };
}
