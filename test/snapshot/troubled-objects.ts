import { SnapshotError } from '../../src/core/errors.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import type { ObjectWriter } from '../../src/snapshot/object-store.js';

/** Objects in memory that fail, lie or dawdle from the moment on that a test says so. */
export class TroubledObjects extends MemoryObjects {
  /** What reads of objects whose names begin so do. */
  reads: { readonly prefix: string; readonly how: 'fail' | 'lie' } | undefined;
  /** Bytes that may still be written. */
  room = Number.POSITIVE_INFINITY;
  #held: Promise<void> | undefined;
  #release = () => {};
  /** How many wait for `release`. */
  waiting = 0;

  /** From now on lists, reads and writes wait for `release`. */
  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#held = undefined;
    this.#release();
  }

  async #turn(): Promise<void> {
    if (this.#held === undefined) return;
    this.waiting += 1;
    await this.#held;
    this.waiting -= 1;
  }

  override async list(prefix: string): Promise<string[]> {
    await this.#turn();
    return super.list(prefix);
  }

  override async read(name: string, offset: number, length: number) {
    await this.#turn();
    const bytes = await super.read(name, offset, length);
    if (this.reads === undefined || !name.startsWith(this.reads.prefix)) return bytes;
    if (this.reads.how === 'fail') throw new SnapshotError('store', `${name} cannot be read`);
    for (let at = 0; at < bytes.length; at += 100) bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  }

  override async create(name: string): Promise<ObjectWriter> {
    const writer = await super.create(name);
    return {
      ...writer,
      append: async (bytes) => {
        await this.#turn();
        this.room -= bytes.length;
        if (this.room < 0) throw new SnapshotError('store', 'the disk is full');
        await writer.append(bytes);
      },
    };
  }
}
