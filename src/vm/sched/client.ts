import type { HeapEntry } from './heap.js';

/** What a scheduler knows about one VM. */
export class Client implements HeapEntry {
  /** Milliseconds that the VM has had the thread. */
  charged = 0;
  /** The same, less what it missed while it had no wish to run; whose is least comes first. */
  virtual: number;
  /** When it began to wait: of equals the first comes first. */
  order = 0;
  place = -1;
  /** Tells it that it has the thread. */
  go = () => {};

  constructor(virtual: number) {
    this.virtual = virtual;
  }
}
