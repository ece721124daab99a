import { RAM_BASE } from '../../../src/core/abi.js';
import { type Draw, drawEntry, type World } from './draw.js';
import type { Kind, Stage, TableMemory } from './model.js';
import { isAllowed } from './places.js';

/** RAM of which a word that a walk reads is drawn when it is first read; all else is zero. */
export class DrawnMemory implements TableMemory {
  /** Words that are not, or need not be, zero, by their offset in RAM. */
  readonly words = new Map<number, bigint>();
  /** Those put or drawn since they were last taken. */
  #changed: number[] = [];
  readonly #draw: Draw;
  readonly #world: World;
  readonly #virtual: boolean;

  constructor(draw: Draw, world: World, virtual: boolean) {
    this.#draw = draw;
    this.#world = world;
    this.#virtual = virtual;
  }

  read(physical: bigint, stage: Stage, level: number): bigint | undefined {
    if (!isAllowed(physical, 'read')) return undefined;
    const place = Number(physical - RAM_BASE);
    const known = this.words.get(place);
    if (known !== undefined) return known;
    const entry = drawEntry(this.#draw, this.#world, this.#virtual, stage, level);
    this.put(place, entry);
    return entry;
  }

  /** A word that is to stand in the core's RAM, too. */
  put(place: number, word: bigint): void {
    this.words.set(place, word);
    this.#changed.push(place);
  }

  mayUpdate(physical: bigint): boolean {
    return isAllowed(physical, 'read') && isAllowed(physical, 'write');
  }

  update(physical: bigint, entry: bigint): void {
    this.set(Number(physical - RAM_BASE), entry);
  }

  allows(physical: bigint, kind: Kind): boolean {
    return isAllowed(physical, kind);
  }

  set(place: number, word: bigint): void {
    this.words.set(place, word);
  }

  /** Offsets of words that were put or drawn since the last call. */
  takeDrawn(): number[] {
    const drawn = this.#changed;
    this.#changed = [];
    return drawn;
  }
}

/** The same memory to walks that change nothing. */
export function lookOnly(memory: TableMemory): TableMemory {
  return {
    read: (physical, stage, level) => memory.read(physical, stage, level),
    mayUpdate: (physical) => memory.mayUpdate(physical),
    update: () => {},
    allows: (physical, kind) => memory.allows(physical, kind),
  };
}
