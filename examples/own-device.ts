/**
 * A virtio device of one's own: a read-only disk that is stored nowhere. Sector n reads "sector n",
 * which is made up when the guest asks. Linux drives it with its ordinary driver, as /dev/vda.
 *
 *     npx tsx examples/own-device.ts
 *
 * (For a disk alone, an object with the interface `Disk` in `drives` is less work.)
 */
import { Host, type VirtioDevice, type VirtioRequest, type VirtioTransport } from 'hartwood';

const SECTORS = 1000;
const SECTOR_SIZE = 512;

/** Request types and statuses of a block device (VIRTIO 1.2 §5.2.6). */
const [READ, GET_ID] = [0, 8];
const [OK, IO_ERROR, UNSUPPORTED] = [0, 1, 2];

class NumberedDisk implements VirtioDevice {
  /** A block device, read-only (VIRTIO 1.2 §5.2.3). */
  readonly type = 2;
  readonly features = 1n << 5n;
  /** One queue of 64 descriptors. */
  readonly queues = [64];
  /** Its first field is the capacity, in sectors (VIRTIO 1.2 §5.2.4). */
  readonly config = new Uint8Array(24);
  #transport: VirtioTransport | undefined;

  constructor() {
    new DataView(this.config.buffer).setBigUint64(0, BigInt(SECTORS), true);
  }

  activate(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  reset(): void {
    this.#transport = undefined;
  }

  notify(queue: number): void {
    for (;;) {
      const request = this.#transport?.take(queue);
      if (request === undefined) return;
      // The last byte is the status; a driver that left no room for one gets nothing.
      const room = request.writable - 1;
      if (room >= 0) request.write(room, Uint8Array.of(this.#answer(request, room)));
      request.complete(request.writable);
    }
  }

  /** Fills the `room` bytes before the status, which it returns. What a guest says is checked. */
  #answer(request: VirtioRequest, room: number): number {
    const header = request.read(0, 16);
    if (header.length < 16) return IO_ERROR;
    const view = new DataView(header.buffer);
    const type = view.getUint32(0, true);
    if (type === GET_ID) {
      request.write(0, text('made-up', Math.min(room, 20)));
      return OK;
    }
    if (type !== READ) return UNSUPPORTED;
    const first = Number(view.getBigUint64(8, true));
    const count = room / SECTOR_SIZE;
    if (!Number.isInteger(count) || first + count > SECTORS) return IO_ERROR;
    for (let i = 0; i < count; i++) {
      request.write(i * SECTOR_SIZE, text(`sector ${first + i}\n`, SECTOR_SIZE));
    }
    return OK;
  }
}

/** `words`, with zeros up to `length` bytes. */
function text(words: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new TextEncoder().encodeInto(words, bytes);
  return bytes;
}

await using host = await Host.create({ memory: '1G' });
const vm = await host.create({ guest: 'debian', devices: [new NumberedDisk()] });

await vm.start();
const commands = [
  'cat /sys/block/vda/size /sys/block/vda/serial; echo',
  'dd if=/dev/vda bs=512 skip=7 count=1 2>/dev/null | tr -d "\\0"',
  'dd if=/dev/vda bs=512 skip=999 2>/dev/null | tr -d "\\0"',
];
for (const command of commands) {
  const { stdout } = await vm.exec(command);
  console.log(`${command}\n${stdout}`);
}
await vm.stop();
