import type { Debugger, Watchpoint } from '../vm/debugger.js';

/** The types of a `Z` packet: which accesses they watch, and what a stop by them is called. */
const WATCHES = {
  2: { access: 'write', name: 'watch' },
  3: { access: 'read', name: 'rwatch' },
  4: { access: 'both', name: 'awatch' },
} as const;

const TYPES = { write: 2, read: 3, both: 4 } as const;

/** Breakpoints of both kinds are the same here; a client is told of the kind that it has set. */
const BREAKS = { 0: 'swbreak', 1: 'hwbreak' } as const;

/**
 * The breakpoints and watchpoints that a client has set, by the types it knows them by. One that the VM had
 * already, set by the program that owns it, is not the client's to remove.
 */
export class ClientPoints {
  readonly #debugger: Debugger;
  readonly #breaks = { 0: new Set<bigint>(), 1: new Set<bigint>() };
  readonly #watches = new Map<string, Watchpoint & { readonly name: string }>();
  /** What would be there without the client, as well. */
  readonly #others = new Set<string | bigint>();
  /** Whether the client understands `swbreak` and `hwbreak`. */
  namesBreakpoints = false;

  constructor(target: Debugger) {
    this.#debugger = target;
  }

  /** @returns false for a type that there is not; @throws DebugError if there are too many. */
  async set(type: number, address: bigint, length: number): Promise<boolean> {
    if (type === 0 || type === 1) {
      const isNew = await this.#debugger.setBreakpoint(address);
      const isSet = this.#breaks[0].has(address) || this.#breaks[1].has(address);
      if (!isNew && !isSet) this.#others.add(address);
      this.#breaks[type].add(address);
      return true;
    }
    if (type !== 2 && type !== 3 && type !== 4) return false;
    const { access, name } = WATCHES[type];
    const isNew = await this.#debugger.setWatchpoint({ address, length, access });
    const key = `${type} ${address} ${length}`;
    if (!isNew && !this.#watches.has(key)) this.#others.add(key);
    this.#watches.set(key, { address, length, access, name });
    return true;
  }

  /** Removes what `set` has set; what was never set is no error. */
  async clear(type: number, address: bigint, length: number): Promise<boolean> {
    if (type === 0 || type === 1) {
      const wasSet = this.#breaks[type].delete(address);
      const other = this.#breaks[type === 0 ? 1 : 0];
      if (!wasSet || other.has(address) || this.#others.delete(address)) return true;
      await this.#debugger.clearBreakpoint(address);
      return true;
    }
    if (type !== 2 && type !== 3 && type !== 4) return false;
    const key = `${type} ${address} ${length}`;
    if (!this.#watches.delete(key) || this.#others.delete(key)) return true;
    await this.#debugger.clearWatchpoint({ address, length, access: WATCHES[type].access });
    return true;
  }

  /** Removes all that `set` has set. */
  async clearAll(): Promise<void> {
    for (const type of [0, 1] as const) {
      for (const address of [...this.#breaks[type]]) await this.clear(type, address, 0);
    }
    for (const watch of [...this.#watches.values()]) {
      const type = TYPES[watch.access];
      await this.clear(type, watch.address, watch.length);
    }
  }

  breakpointName(address: bigint): string | undefined {
    if (!this.namesBreakpoints) return undefined;
    return this.#breaks[0].has(address) ? BREAKS[0] : BREAKS[1];
  }

  watchpointName(address: bigint, access: 'read' | 'write' | undefined): string {
    for (const watch of this.#watches.values()) {
      const inside = address >= watch.address && address < watch.address + BigInt(watch.length);
      if (inside && (watch.access === 'both' || watch.access === access)) return watch.name;
    }
    return access === 'read' ? 'rwatch' : 'watch';
  }
}
