import type { ByteFile } from '../../src/storage/byte-file.js';

/** What happened to a file, in its order; `number` tells writes and flushes apart. */
export type FileEvent =
  | {
      readonly kind: 'write';
      readonly number: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'flush' | 'ended'; readonly number: number }
  | { readonly kind: 'mark'; readonly what: number };

/**
 * A file in memory, of a size that was given or grows by writes, that keeps a log of all writes and
 * flushes, when each began and ended, and what `mark` was told in between.
 */
export class RecordingFile implements ByteFile {
  readonly name: string;
  readonly identity: string;
  readonly readOnly = false;
  readonly events: FileEvent[] = [];
  #bytes: Uint8Array;
  #size: number;
  #calls = 0;

  /** @param bytes what the file holds at first, and keeps to itself */
  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.identity = `recording ${name}`;
    this.#bytes = bytes.slice();
    this.#size = bytes.length;
  }

  get size(): number {
    return this.#size;
  }

  /** What the file holds now. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  mark(what: number): void {
    this.events.push({ kind: 'mark', what });
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (offset + into.length > this.#size) throw new RangeError(`'${this.name}' ends before`);
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const number = this.#calls++;
    this.events.push({ kind: 'write', number, offset, bytes: bytes.slice() });
    this.#put(offset, bytes);
    await turn();
    this.events.push({ kind: 'ended', number });
  }

  async truncate(): Promise<void> {
    throw new RangeError('nothing under test cuts a file');
  }

  async flush(): Promise<void> {
    const number = this.#calls++;
    this.events.push({ kind: 'flush', number });
    await turn();
    this.events.push({ kind: 'ended', number });
  }

  async close(): Promise<void> {}

  #put(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.#bytes.length) {
      const room = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      room.set(this.#bytes);
      this.#bytes = room;
    }
    this.#bytes.set(bytes, offset);
    this.#size = Math.max(this.#size, end);
  }
}

/** Calls end later than they began, so that some are under way when the power fails. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
