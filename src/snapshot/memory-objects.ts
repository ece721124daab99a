import { SnapshotError } from '../core/errors.js';
import { joined } from './joined.js';
import type { ObjectStore, ObjectWriter } from './object-store.js';

/** Objects in this process's memory, gone with it. */
export class MemoryObjects implements ObjectStore {
  readonly name: string;
  readonly #objects = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(name = 'memory') {
    this.name = name;
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#objects.keys()].filter((name) => name.startsWith(prefix));
  }

  async size(name: string): Promise<number> {
    return this.#object(name).length;
  }

  async read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const object = this.#object(name);
    if (offset + length > object.length) {
      throw new SnapshotError(
        'damaged',
        `${this.name}: ${name} has ${object.length} bytes; ${offset + length} were expected`,
      );
    }
    return object.slice(offset, offset + length);
  }

  async create(name: string): Promise<ObjectWriter> {
    let parts: Uint8Array<ArrayBuffer>[] = [];
    return {
      append: async (bytes) => {
        parts.push(new Uint8Array(bytes));
      },
      commit: async () => {
        this.#objects.set(name, joined(parts));
        parts = [];
      },
      abort: async () => {
        parts = [];
      },
    };
  }

  async delete(name: string): Promise<void> {
    this.#objects.delete(name);
  }

  async claim(): Promise<() => Promise<void>> {
    return async () => {};
  }

  async used(): Promise<number> {
    return [...this.#objects.values()].reduce((sum, { length }) => sum + length, 0);
  }

  async tidy(): Promise<void> {}

  async close(): Promise<void> {}

  #object(name: string): Uint8Array<ArrayBuffer> {
    const object = this.#objects.get(name);
    if (object === undefined) {
      throw new SnapshotError('missing', `${this.name}: there is no ${name}`);
    }
    return object;
  }
}
