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

  /** `program`'s words stand in RAM from its first byte on. */
  constructor(draw: Draw, world: World, virtual: boolean, program: Uint8Array) {
    this.#draw = draw;
    this.#world = world;
    this.#virtual = virtual;
    const view = new DataView(program.buffer, program.byteOffset);
    for (let place = 0; place + 8 <= program.length; place += 8) {
      this.words.set(place, view.getBigUint64(place, true));
    }
  }

  read(physical: bigint, stage: Stage, level: number): bigint | undefined {
    if (!isAllowed(physical, 'read')) return undefined;
    const known = this.words.get(Number(physical - RAM_BASE));
    if (known !== undefined) return known;
    const entry = drawEntry(this.#draw, this.#world, this.#virtual, stage, level);
    this.put(physical, entry);
    return entry;
  }

  /** Whether a walk has read the word there, or something was stored. */
  isKnown(physical: bigint): boolean {
    return this.words.has(Number(physical - RAM_BASE));
  }

  /** A word that is not known is zero. */
  word(physical: bigint): bigint {
    return this.words.get(Number(physical - RAM_BASE)) ?? 0n;
  }

  /** A word that is to stand in the core's RAM, too. */
  put(physical: bigint, word: bigint): void {
    this.update(physical, word);
    this.#changed.push(Number(physical - RAM_BASE));
  }

  mayUpdate(physical: bigint): boolean {
    return isAllowed(physical, 'read') && isAllowed(physical, 'write');
  }

  update(physical: bigint, word: bigint): void {
    this.words.set(Number(physical - RAM_BASE), word);
  }

  allows(physical: bigint, kind: Kind): boolean {
    return isAllowed(physical, kind);
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
