import { SnapshotError } from '../../src/core/errors.js';
import type { ObjectStore, ObjectWriter } from '../../src/snapshot/object-store.js';

/** What has become of one object. */
export interface Alteration {
  readonly name: string;
  /** A byte that has other bits now. */
  readonly at?: number;
  readonly bits?: number;
  /** Where it ends now. */
  readonly length?: number;
}

/** Objects of another store, one of which is not what was written. */
export class AlteredObjects implements ObjectStore {
  readonly name = 'altered';
  readonly #objects: ObjectStore;
  readonly #alteration: Alteration;

  constructor(objects: ObjectStore, alteration: Alteration) {
    this.#objects = objects;
    this.#alteration = alteration;
  }

  async size(name: string): Promise<number> {
    const size = await this.#objects.size(name);
    return name === this.#alteration.name ? (this.#alteration.length ?? size) : size;
  }

  async read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (offset + length > (await this.size(name))) {
      throw new SnapshotError('damaged', `altered: ${name} ends early`);
    }
    const bytes = await this.#objects.read(name, offset, length);
    const { name: altered, at = -1, bits = 0xff } = this.#alteration;
    if (name === altered && at >= offset && at < offset + length) {
      bytes[at - offset] = (bytes[at - offset] ?? 0) ^ bits;
    }
    return bytes;
  }

  list(prefix: string): Promise<string[]> {
    return this.#objects.list(prefix);
  }
  create(name: string): Promise<ObjectWriter> {
    return this.#objects.create(name);
  }
  delete(name: string): Promise<void> {
    return this.#objects.delete(name);
  }
  claim(): Promise<() => Promise<void>> {
    return this.#objects.claim('write');
  }
  used(): Promise<number> {
    return this.#objects.used();
  }
  tidy(): Promise<void> {
    return this.#objects.tidy();
  }
  close(): Promise<void> {
    return this.#objects.close();
  }
}
