import { SnapshotError } from '../../src/core/errors.js';
import type { ClaimUse, ObjectStore, ObjectWriter } from '../../src/snapshot/object-store.js';

/** Objects of another store; the call of a number fails, and with `after` all that come later do. */
export class FailingObjects implements ObjectStore {
  readonly #objects: ObjectStore;
  readonly #failing: number;
  readonly #after: boolean;
  /** Calls so far that change something. */
  calls = 0;

  constructor(objects: ObjectStore, failing: number, after = false) {
    this.#objects = objects;
    this.#failing = failing;
    this.#after = after;
  }

  get name(): string {
    return this.#objects.name;
  }

  async create(name: string): Promise<ObjectWriter> {
    this.#call('create');
    const writer = await this.#objects.create(name);
    return {
      append: async (bytes) => {
        try {
          this.#call('append');
        } catch (error) {
          // As a full disk does: a part of it is there.
          await writer.append(bytes.subarray(0, bytes.length >> 1));
          throw error;
        }
        await writer.append(bytes);
      },
      commit: async () => {
        try {
          this.#call('commit');
        } catch (error) {
          await writer.abort();
          throw error;
        }
        await writer.commit();
      },
      abort: () => writer.abort(),
    };
  }

  async delete(name: string): Promise<void> {
    this.#call('delete');
    await this.#objects.delete(name);
  }

  async claim(use: ClaimUse): Promise<() => Promise<void>> {
    this.#call('claim');
    return await this.#objects.claim(use);
  }

  async tidy(): Promise<void> {
    this.#call('tidy');
    await this.#objects.tidy();
  }

  list(prefix: string): Promise<string[]> {
    return this.#objects.list(prefix);
  }
  size(name: string): Promise<number> {
    return this.#objects.size(name);
  }
  read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#objects.read(name, offset, length);
  }
  used(): Promise<number> {
    return this.#objects.used();
  }
  close(): Promise<void> {
    return this.#objects.close();
  }

  #call(what: string): void {
    const number = this.calls++;
    if (number !== this.#failing && !(this.#after && number > this.#failing)) return;
    throw new SnapshotError('store', `${this.name}: ${what} ${number}: no space left`);
  }
}
