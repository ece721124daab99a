import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';

/**
 * A use of a snapshot that several read from: a restored VM, its forks, and snapshots of these. It is closed with the
 * last of them, in whichever order they end.
 */
export class SharedReader {
  readonly reader: SnapshotReader;
  readonly #count: { users: number };
  #closed = false;

  private constructor(reader: SnapshotReader, count: { users: number }) {
    this.reader = reader;
    this.#count = count;
    count.users += 1;
  }

  /** The first use. */
  static of(reader: SnapshotReader): SharedReader {
    return new SharedReader(reader, { users: 0 });
  }

  /** Another use, of an open one. */
  share(): SharedReader {
    return new SharedReader(this.reader, this.#count);
  }

  /** Ends this use. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#count.users -= 1;
    if (this.#count.users === 0) this.reader.close();
  }
}
