import { DiskError } from '../../src/core/errors.js';
import type { Disk } from '../../src/machine/disk.js';

/** A call of a TestDisk that waits until the test lets it go on. */
export interface HeldCall {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  end(): void;
  fail(): void;
}

/**
 * A disk in memory that writes down what is asked of it. With `holding`, each call has its effect
 * only when the test ends it.
 */
export class TestDisk implements Disk {
  readonly bytes: Uint8Array;
  readonly readOnly: boolean;
  /** The calls in their order, as `write 512+1024`. */
  readonly calls: string[] = [];
  readonly held: HeldCall[] = [];
  holding = false;
  /** What all calls fail with from now on. */
  failure: unknown;

  constructor(size: number, readOnly = false) {
    this.bytes = new Uint8Array(size);
    this.readOnly = readOnly;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#call('read', offset, into.length, () => {
      into.set(this.bytes.subarray(offset, offset + into.length));
    });
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#call('write', offset, bytes.length, () => this.bytes.set(bytes, offset));
  }

  flush(): Promise<void> {
    return this.#call('flush', 0, 0, () => {});
  }

  discard(offset: number, length: number): Promise<void> {
    return this.#call('discard', offset, length, () => this.bytes.fill(0, offset, offset + length));
  }

  writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    const name = unmap ? 'unmap' : 'zero';
    return this.#call(name, offset, length, () => this.bytes.fill(0, offset, offset + length));
  }

  close(): Promise<void> {
    return this.#call('close', 0, 0, () => {});
  }

  /** What is held, by name and range. */
  get waiting(): string[] {
    return this.held.map(({ name, offset, length }) => `${name} ${offset}+${length}`);
  }

  #call(name: string, offset: number, length: number, act: () => void): Promise<void> {
    this.calls.push(length === 0 ? name : `${name} ${offset}+${length}`);
    if (offset + length > this.size) throw new Error(`${name} beyond the disk`);
    return new Promise((done, failed) => {
      const remove = () => this.held.splice(this.held.indexOf(call), 1);
      const call = {
        name,
        offset,
        length,
        end: () => {
          remove();
          act();
          done();
        },
        fail: () => {
          remove();
          failed(new DiskError('io', 'the disk is broken'));
        },
      };
      this.held.push(call);
      if (this.failure !== undefined) {
        remove();
        failed(this.failure);
      } else if (!this.holding) call.end();
    });
  }
}
