import { TARGET_MS } from '../pacer.js';
import { Alarms } from './alarms.js';
import { Client } from './client.js';
import { Heap } from './heap.js';

/**
 * Of TARGET_MS, how long a call is, each VM that wants to run has its part, but this at least: in milliseconds. A guest's
 * memory must come back into the processor's caches, and its kernel catch up with its timers, at each: with a quarter of it,
 * a command in each of 150 guests at once took twice the processor's time.
 */
const SHORTEST_SLICE = 1;
/** The event loop has its turn after so many milliseconds of VMs, and a slice. */
const LONGEST_STRETCH = 2;
/** A slice may end so much of itself beyond the stretch: calls end a little before or after their time. */
const OVERTIME = 0.2;
/** Who comes back after a sleep is so many milliseconds ahead of the others' queue, and no more. */
const CREDIT = 4;

/**
 * Shares the host's thread among its VMs: one at a time has it, and of those that want it the one that
 * has had the least. Who sleeps falls behind in that, but is given `CREDIT` at most when it comes back,
 * so that it comes soon and nobody starves by it.
 *
 * ```
 *             turn               (it is the least)
 *   away ─────────────▶ waits ─────────────────────▶ has the thread
 *     ▲                   ▲                             │      │
 *     │                   └──── turn: others are due ───┘      │
 *     └─────────────────────── leave, events ──────────────────┘
 * ```
 *
 * However many VMs run, the event loop has a turn after LONGEST_STRETCH ms of them: one for all.
 */
export class Scheduler {
  /** Timers of sleeping VMs. */
  readonly alarms: Alarms;
  readonly #yieldToEvents: () => Promise<void>;
  readonly #now: () => number;
  readonly #waiting = new Heap<Client>((one, other) =>
    one.virtual === other.virtual ? one.order < other.order : one.virtual < other.virtual,
  );
  #owner: Client | undefined;
  /** Up to when the owner has been charged. */
  #chargedTo = 0;
  /** What it has been charged since it has the thread. */
  #used = 0;
  /** The least virtual run time of those that want to run; it never falls. */
  #least = 0;
  #arrivals = 0;
  /** Milliseconds of VMs since the event loop had its last turn. */
  #stretch = 0;
  /** Whether the event loop has its turn now. */
  #yielding = false;
  #listeners: (() => void)[] = [];

  constructor(yieldToEvents: () => Promise<void>, now = () => performance.now()) {
    this.#yieldToEvents = yieldToEvents;
    this.#now = now;
    this.alarms = new Alarms(now);
  }

  /** A VM that has had as much as those that run. */
  join(): Client {
    return new Client(this.#least);
  }

  /** Milliseconds that the next call into the core should take. */
  get slice(): number {
    const runnable = this.#waiting.size + (this.#owner === undefined ? 0 : 1);
    return Math.max(SHORTEST_SLICE, TARGET_MS / Math.max(1, runnable));
  }

  /** Whether the event loop is still to wait for its turn. */
  get isFresh(): boolean {
    this.#charge();
    return this.#stretch < LONGEST_STRETCH;
  }

  /**
   * Whether a VM that has the thread may go on with it. With `wholly`, it wants to for another slice; if
   * that would be too long for the event loop, its turn comes before anybody runs.
   */
  goesOn(client: Client, wholly: boolean): boolean {
    const fresh = this.isFresh;
    if (this.#owner !== client) return false;
    const { slice } = this;
    if (wholly && this.#stretch + slice * (1 - OVERTIME) >= LONGEST_STRETCH) {
      this.#stretch = Math.max(this.#stretch, LONGEST_STRETCH);
      return false;
    }
    return fresh && (this.#waiting.size === 0 || this.#used < slice * (wholly ? OVERTIME : 1));
  }

  /**
   * The VM wants to run, or to run on. Undefined: it has the thread; else it has when this resolves, and
   * it may not ask again before. It must give it back, by `turn`, `leave` or `events`, before it waits.
   */
  turn(client: Client): Promise<void> | undefined {
    const { isFresh } = this;
    if (this.#owner === client) {
      if (isFresh && (this.#waiting.size === 0 || this.#used < this.slice)) return undefined;
      this.#owner = undefined;
    } else {
      client.virtual = Math.max(client.virtual, this.#least - CREDIT);
    }
    if (isFresh && this.#owner === undefined && !this.#yielding && this.#waiting.size === 0) {
      this.#give(client);
      return undefined;
    }
    const turn = new Promise<void>((resolve) => {
      client.go = resolve;
    });
    client.order = ++this.#arrivals;
    this.#waiting.add(client);
    this.#next();
    return turn;
  }

  /** The VM wants nothing for now. It may be told so again. */
  leave(client: Client): void {
    if (this.#owner !== client) return;
    this.#charge();
    this.#owner = undefined;
    this.#next();
  }

  /** The VM leaves; resolves when the event loop has had a turn, which it shares with all others. */
  events(client: Client): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#listeners.push(resolve));
    if (this.#owner === client) this.leave(client);
    else this.#next();
    return turn;
  }

  #charge(): void {
    const owner = this.#owner;
    if (owner === undefined) return;
    const now = this.#now();
    const time = now - this.#chargedTo;
    this.#chargedTo = now;
    owner.charged += time;
    owner.virtual += time;
    this.#used += time;
    this.#stretch += time;
    const first = this.#waiting.first?.virtual ?? owner.virtual;
    this.#least = Math.max(this.#least, Math.min(first, owner.virtual));
  }

  /** The thread goes to whose turn it is, or to the event loop. */
  #next(): void {
    if (this.#owner !== undefined || this.#yielding) return;
    const { first } = this.#waiting;
    if (first === undefined ? this.#listeners.length > 0 : !this.isFresh) {
      this.#yielding = true;
      void this.#yieldToEvents().then(() => this.#goOn());
    } else if (first !== undefined) {
      this.#waiting.remove(first);
      this.#give(first);
      first.go();
    }
  }

  #goOn(): void {
    this.#yielding = false;
    this.#stretch = 0;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
    this.#next();
  }

  #give(client: Client): void {
    this.#owner = client;
    this.#used = 0;
    this.#chargedTo = this.#now();
    this.#least = Math.max(this.#least, client.virtual);
  }
}
