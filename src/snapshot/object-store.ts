/** Where a snapshot store keeps its objects. */

/**
 * What a claim is for. Those who write may do so beside each other where the store allows it; who collects or
 * tidies up is alone.
 */
export type ClaimUse = 'write' | 'collect';

/**
 * Objects with names like `packs/0a1b`: each is there whole or not at all, and none ever changes.
 *
 * All methods reject with SnapshotError 'store' for what the place refuses, like a full disk.
 */
export interface ObjectStore {
  /** What messages call it: a path, for one. */
  readonly name: string;
  /** Names that begin so, in no order. */
  list(prefix: string): Promise<string[]>;
  /** Bytes. @throws SnapshotError 'missing' */
  size(name: string): Promise<number>;
  /**
   * A fresh array that begins its buffer.
   *
   * @throws SnapshotError 'missing' if there is no such object, 'damaged' if it ends before
   */
  read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Nothing of it can be seen before it is committed. One that is there is replaced. */
  create(name: string): Promise<ObjectWriter>;
  /** Deletes an object; one that is not there is no error. Durable when it resolves. */
  delete(name: string): Promise<void>;
  /**
   * Says to other processes, and to other openings of the same place, what is done here; waits a little if
   * they are in the way. Resolves to what ends the claim.
   *
   * @throws SnapshotError 'busy' naming who is in the way
   */
  claim(use: ClaimUse): Promise<() => Promise<void>>;
  /** Bytes that all of it takes, what was never committed included. */
  used(): Promise<number>;
  /** Removes what was deleted or never committed, under a claim to collect. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** An object on its way into a store. */
export interface ObjectWriter {
  /** The bytes may be used again when it resolves. */
  append(bytes: Uint8Array): Promise<void>;
  /** The object is durable and can be seen when it resolves; if it rejects, there is none, as after `abort`. */
  commit(): Promise<void>;
  /** Leaves nothing behind, as far as the place allows; never rejects. */
  abort(): Promise<void>;
}
