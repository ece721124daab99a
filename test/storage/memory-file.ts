import { DiskError, type DiskErrorKind } from '../../src/core/errors.js';
import type { ByteFile } from '../../src/storage/byte-file.js';

interface Change {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const SECTOR = 512;
let files = 0;

/** What a MemoryFile is asked for, for those who want to look, or make it fail. */
export type FileCall = 'read' | 'write' | 'flush';

/**
 * A file in memory that remembers what was not flushed, so that the power can be cut. Calls take a
 * few turns of the event loop, as a file's do.
 */
export class MemoryFile implements ByteFile {
  readonly name: string;
  readonly identity = `memory ${files++}`;
  readonly readOnly: boolean;
  closed = false;
  /** Before each call; what it throws the call rejects with. */
  onCall: (call: FileCall, offset: number, length: number) => void = () => {};
  #bytes: Uint8Array<ArrayBuffer>;
  #size: number;
  /** What surely survives, and what came after it in its order. */
  #durable: { bytes: Uint8Array<ArrayBuffer>; size: number };
  #pending: Change[] = [];

  constructor(
    bytes: Uint8Array = new Uint8Array(0),
    options: { name?: string; readOnly?: boolean } = {},
  ) {
    this.name = options.name ?? 'memory.img';
    this.readOnly = options.readOnly ?? false;
    this.#bytes = bytes.slice();
    this.#size = bytes.length;
    this.#durable = { bytes: bytes.slice(), size: bytes.length };
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#size);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.onCall('read', offset, into.length);
    await turn();
    if (offset + into.length > this.#size) throw new DiskError('io', `'${this.name}' ends before`);
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.onCall('write', offset, bytes.length);
    const change = { offset, bytes: bytes.slice() };
    await turn();
    [this.#bytes, this.#size] = applied(this.#bytes, this.#size, change);
    this.#pending.push(change);
  }

  async truncate(size: number): Promise<void> {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, Math.min(size, this.#size)));
    [this.#bytes, this.#size] = [bytes, size];
    this.#pending = [];
    this.#durable = { bytes: bytes.slice(), size };
  }

  async flush(): Promise<void> {
    this.onCall('flush', 0, 0);
    const ended = this.#pending.length;
    await turn();
    for (const change of this.#pending.splice(0, ended)) {
      const { bytes, size } = this.#durable;
      const [newBytes, newSize] = applied(bytes, size, change);
      this.#durable = { bytes: newBytes, size: newSize };
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** What may be found after a power cut now: of what was not flushed each sector is there, or not. */
  afterPowerCut(survives: () => boolean): Uint8Array<ArrayBuffer> {
    let bytes: Uint8Array<ArrayBuffer> = this.#durable.bytes.slice();
    let size = this.#durable.size;
    for (const change of this.#pending) {
      for (let at = 0; at < change.bytes.length; ) {
        const end = Math.min(change.bytes.length, at + SECTOR - ((change.offset + at) % SECTOR));
        const sector = { offset: change.offset + at, bytes: change.bytes.subarray(at, end) };
        if (survives()) [bytes, size] = applied(bytes, size, sector);
        at = end;
      }
    }
    return bytes.slice(0, size);
  }
}

/** Throws at the call with this number, counted from the next one on. */
export function failAt(
  file: MemoryFile,
  number: number,
  kind: DiskErrorKind,
  which: FileCall,
): void {
  let left = number;
  file.onCall = (call) => {
    if (call === which && left-- === 0)
      throw new DiskError(kind, `'${file.name}' was made to fail`);
  };
}

function applied(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  change: Change,
): [Uint8Array<ArrayBuffer>, number] {
  const end = change.offset + change.bytes.length;
  let room = bytes;
  if (end > bytes.length) {
    room = new Uint8Array(Math.max(end, bytes.length * 2));
    room.set(bytes);
  }
  room.set(change.bytes, change.offset);
  return [room, Math.max(size, end)];
}

async function turn(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}
