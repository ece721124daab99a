import type { Disk, Extent } from '../machine/disk.js';

/** A disk that stays its owner's: closing lets it go. The VM's device has flushed it before (BlockDevice.close). */
export class BorrowedDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  readonly extents?: (offset: number, length: number) => AsyncIterable<Extent>;
  readonly #disk: Disk;
  readonly #giveBack: () => void;

  /** @param giveBack called when it is closed */
  constructor(disk: Disk, giveBack: () => void) {
    this.#disk = disk;
    this.#giveBack = giveBack;
    this.size = disk.size;
    this.readOnly = disk.readOnly;
    const { extents } = disk;
    if (extents !== undefined) this.extents = extents.bind(disk);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#disk.read(offset, into);
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#disk.write(offset, bytes);
  }

  flush(): Promise<void> {
    return this.#disk.flush();
  }

  discard(offset: number, length: number): Promise<void> {
    return this.#disk.discard(offset, length);
  }

  writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    return this.#disk.writeZeroes(offset, length, unmap);
  }

  async close(): Promise<void> {
    this.#giveBack();
  }
}
