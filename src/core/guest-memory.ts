import { PAGE_SIZE, RAM_BASE } from './abi.js';
import type { Core } from './core.js';
import { ConfigurationError, MemoryShortageError, SnapshotError } from './errors.js';

/** `vmFrame`: the page's content is still where the VM is restored from. */
const ELSEWHERE = 0xffff_ffff;

/** A VM's RAM by guest-physical address, for the host layer: images in, results out. */
export class GuestMemory {
  readonly #core: Core;
  readonly #vm: number;
  /** Bytes of RAM, from RAM_BASE on. */
  readonly size: number;

  constructor(core: Core, vm: number, size: number) {
    this.#core = core;
    this.#vm = vm;
    this.size = size;
  }

  /** Whether `length` bytes at `address` all lie in RAM. */
  contains(address: bigint, length: number): boolean {
    const offset = address - RAM_BASE;
    return offset >= 0n && offset + BigInt(length) <= BigInt(this.size);
  }

  /**
   * Copies `bytes` to RAM. Pages that stay zero take no frame.
   *
   * @throws ConfigurationError outside of RAM; SnapshotError for what was not yet restored; MemoryShortageError if the
   * host has no frame left, after which a part may have been written.
   */
  write(address: bigint, bytes: Uint8Array): void {
    for (const { page, start, from, to } of this.#pieces(address, bytes.length)) {
      const piece = bytes.subarray(from, to);
      if (isZero(piece) && this.#frame(page, false) === 0) continue;
      const frame = this.#frame(page, true);
      if (frame === 0) throw shortage(this.#core);
      this.#core.bytes.set(piece, frame * PAGE_SIZE + start);
    }
  }

  /** @throws ConfigurationError outside of RAM; SnapshotError for what was not yet restored. */
  read(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(length);
    for (const { page, start, from, to } of this.#pieces(address, length)) {
      const frame = this.#frame(page, false);
      if (frame === 0) continue;
      const at = frame * PAGE_SIZE + start;
      result.set(this.#core.bytes.subarray(at, at + to - from), from);
    }
    return result;
  }

  /** @throws ConfigurationError outside of RAM; SnapshotError for what was not yet restored. */
  readU64(address: bigint): bigint {
    const offset = Number(address - RAM_BASE);
    // Page tables are read so, by the thousand.
    if (offset % 8 === 0 && this.contains(address, 8)) {
      const frame = this.#frame(Math.floor(offset / PAGE_SIZE), false);
      const at = frame * PAGE_SIZE + (offset % PAGE_SIZE);
      return frame === 0 ? 0n : new DataView(this.#core.memory.buffer).getBigUint64(at, true);
    }
    return new DataView(this.read(address, 8).buffer).getBigUint64(0, true);
  }

  writeU64(address: bigint, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    this.write(address, bytes);
  }

  /** Frame of a RAM page; 0 if it has none, or for a change if none is free. */
  #frame(page: number, change: boolean): number {
    const frame = this.#core.exports.vmFrame(this.#vm, page, change ? 1 : 0) >>> 0;
    if (frame !== ELSEWHERE) return frame;
    const address = RAM_BASE + BigInt(page) * BigInt(PAGE_SIZE);
    throw new SnapshotError(
      'busy',
      `the page at 0x${address.toString(16)} was not yet restored: wait for the VM's 'restored'`,
    );
  }

  *#pieces(address: bigint, length: number) {
    if (!this.contains(address, length)) {
      throw new ConfigurationError(
        `${length} bytes at 0x${address.toString(16)} are outside of the guest's RAM ` +
          `(0x${RAM_BASE.toString(16)} to 0x${(RAM_BASE + BigInt(this.size)).toString(16)})`,
      );
    }
    const offset = Number(address - RAM_BASE);
    for (let from = 0; from < length; ) {
      const start = (offset + from) % PAGE_SIZE;
      const to = Math.min(length, from + PAGE_SIZE - start);
      yield { page: Math.floor((offset + from) / PAGE_SIZE), start, from, to };
      from = to;
    }
  }
}

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** The error for a page that no frame was free for, with the figures that explain it. */
export function shortage(core: Core): MemoryShortageError {
  const megabytes = (frames: number) => Math.round((frames * PAGE_SIZE) / 2 ** 20);
  return new MemoryShortageError(
    `the host's memory is used up (${megabytes(core.framesUsed())}M of ` +
      `${megabytes(core.frameLimit())}M): give the host more, or its guests less`,
  );
}
