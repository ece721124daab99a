import { Heap, type HeapEntry } from './heap.js';

/** Node and browsers take 31 bits; an alarm beyond that is looked at again then. */
const LONGEST_TIMER = 0x7fff_ffff;

/** Something to be called at a time, once. */
export interface Alarm {
  cancel(): void;
}

interface Entry extends HeapEntry, Alarm {
  /** In milliseconds of the alarms' clock. */
  readonly at: number;
  readonly ring: () => void;
}

/**
 * The alarms of all VMs of a host, on one timer of the platform: a thousand idle guests, each of which
 * wakes several times a second, must not cost a timer each time. None rings early.
 */
export class Alarms {
  readonly #now: () => number;
  readonly #heap = new Heap<Entry>((one, other) => one.at < other.at);
  #timer: unknown;
  /** When the timer ends; infinite without one. */
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `ring` in so many milliseconds, in a turn of the event loop; not at all once it is cancelled. */
  after(milliseconds: number, ring: () => void): Alarm {
    const entry: Entry = {
      place: -1,
      at: this.#now() + Math.max(0, milliseconds),
      ring,
      cancel: () => this.#cancel(entry),
    };
    this.#heap.add(entry);
    if (entry.at < this.#timerAt) this.#arm(entry.at);
    return entry;
  }

  #cancel(entry: Entry): void {
    this.#heap.remove(entry);
    // A timer that is too early costs less than its replacement; but one for nothing keeps a process alive.
    if (this.#heap.size === 0) this.#disarm();
  }

  #arm(at: number): void {
    this.#disarm();
    const wait = Math.min(Math.ceil(Math.max(0, at - this.#now())), LONGEST_TIMER);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#ring(), wait);
  }

  #disarm(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #ring(): void {
    this.#disarm();
    const now = this.#now();
    // What rings may set alarms anew: those are not due yet, since their time is counted from later on.
    const due: Entry[] = [];
    for (let entry = this.#heap.first; entry !== undefined && entry.at <= now; ) {
      this.#heap.remove(entry);
      due.push(entry);
      entry = this.#heap.first;
    }
    for (const { ring } of due) ring();
    const { first } = this.#heap;
    if (first !== undefined && first.at < this.#timerAt) this.#arm(first.at);
  }
}
