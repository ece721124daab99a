import { V } from '../../pte-bits.js';
import type { Image } from '../code.js';
import { ORIGIN } from '../code.js';
import { MEMORY } from '../machine.js';
import type { Random } from '../random.js';
import {
  badPointer,
  entryFor,
  type Leaf,
  leafOf,
  misalignedLeaf,
  napotLeaf,
  randomLeaf,
  type Stage,
  soundLeaf,
} from './entries.js';
import { G_TABLES, PAGE, VS_TABLES } from './world.js';

/** Levels of the tables, the highest root's first: Sv57's is level 4. */
export const LEVELS = [4, 3, 2, 1, 0] as const;

/** Indices with a fixed meaning; the tables of a stage are one chain that all its modes share. */
export const NEXT = { 4: 0, 3: 0, 2: 8, 1: 0 } as const;
/** The chain is reached by the highest index, too: negative addresses. */
export const HIGHEST = 511;
export const IDENTITY = 2;
/** Where U-mode finds RAM. */
export const ALIAS = 4;
/** Sound leaves, one a level, with everything allowed. */
const SOUND = { 4: 1, 3: 1, 2: 3, 1: 1 } as const;
/** Leaves that only one address leads through, to data and to a table. */
const OWN = { 4: 20, 3: 20, 2: 13, 1: 20, 0: 300 } as const;
const OWN_TABLE = { 4: 21, 3: 21, 2: 14, 1: 21, 0: 301 } as const;
/** From here on, in the table of level 1, pointers to the table of level 0 by such ways. */
const TABLE_BRIDGES = 22;
/** Leaves of all kinds. Those of level 2 keep clear of the board's devices, as addresses. */
const RANDOM: Readonly<Record<number, readonly number[]>> = {
  4: [2, 3, 4, 5, 6, 7, 200],
  3: [2, 3, 4, 5, 6, 7, 200, 300],
  2: [5, 6, 7, 9, 10, 11, 12, 40, 41, 42, 300],
  1: Array.from({ length: 14 }, (_, n) => n + 2),
};
/** The G-stage's roots are four times as long (Privileged 15.5.1). */
const WIDE: Readonly<Record<number, readonly number[]>> = {
  4: [600, 2047],
  3: [700, 2047],
  2: [600, 2047],
};

/** Once in so many times a table of the chain is found by a way that may be bad. */
export const CHAIN = 12;

/** What is known of an address of the other stage. */
export interface Onward {
  /** Whether AMOs may go there. */
  readonly modifiable: boolean;
  /** Whether there is memory. */
  readonly memory: boolean;
}

/** Where a table's entry for one address is, and what it maps. */
export interface Slot {
  readonly level: number;
  readonly index: number;
  /** The entry's offset in RAM. */
  readonly place: number;
  /** The first address that the entry translates, without sign extension. */
  readonly base: bigint;
  /** Bits of an address below its base. */
  readonly mask: bigint;
  /** An address that it maps, or would map if it were sound; how the other stage goes on from there. */
  readonly target: bigint;
  readonly onward: Onward;
  readonly leaf: Leaf;
  /** Whether it is a 64 KiB page's. */
  readonly napot: boolean;
  /** Whether it leads to the table of the next level, as the chain does, if perhaps by a bad way. */
  readonly pointer: boolean;
}

/** The address that a slot translates to `target`. */
export const through = ({ base, mask }: Slot, target: bigint) => base | (target & mask);

export const maskOf = (level: number) => (1n << BigInt(12 + 9 * level)) - 1n;

/** The first address that an entry of the chain translates. */
function baseOf(level: number, index: number): bigint {
  const own = BigInt(index) << BigInt(12 + 9 * level);
  return level < 2 ? own | (BigInt(NEXT[2]) << 30n) : own;
}

/** The offset in its world of a stage's table of one level. */
export function tableOffset(stage: Stage, level: number): number {
  if (stage === 'supervisor') return VS_TABLES + PAGE * (4 - level);
  return G_TABLES + PAGE * (level >= 2 ? 4 * (4 - level) : 13 - level);
}

/** Writes a stage's tables; its slots. */
export class StageTables {
  readonly sound: Slot[] = [];
  readonly random: Slot[] = [];
  /** By level. */
  readonly own: Slot[] = [];
  readonly ownTable: Slot[] = [];

  /**
   * @param world the world's offset in RAM
   * @param next where a table is found: where it is, or through the other stage, once in `bad` times badly
   * @param target what a leaf of all kinds is to map
   * @param small whether no page is larger than 2 MiB
   */
  constructor(
    private readonly image: Image,
    private readonly world: number,
    readonly stage: Stage,
    private readonly dice: Random,
    private readonly next: (level: number, bad: number) => bigint,
    private readonly target: (level: number) => Onward & { readonly address: bigint },
    small: boolean,
  ) {
    for (const level of LEVELS) {
      if (level > 0) {
        const pointer = leafOf(entryFor(next(level - 1, CHAIN)) | V);
        this.put(level, NEXT[level as 1], pointer.entry);
        if (stage === 'supervisor') this.put(level, HIGHEST, pointer.entry);
        this.higher(level as 1 | 2 | 3 | 4, next(level - 1, CHAIN));
      }
    }
    this.all(IDENTITY, 0, false, small);
    if (stage === 'supervisor') this.all(ALIAS, 1, true, small);
  }

  /** Maps all RAM, by one leaf or, in a small world, by megapages in a table of their own. */
  private all(index: number, table: number, user: boolean, small: boolean): void {
    const { dice, stage, world } = this;
    const ram = BigInt(ORIGIN);
    if (!small) {
      this.put(2, index, soundLeaf(dice, stage, ram, user).entry);
      return;
    }
    const at = world + tableOffset(stage, 0) + PAGE * (1 + table);
    this.put(2, index, entryFor(ram + BigInt(at)) | V);
    for (let n = 0; n < MEMORY >>> 21; n++) {
      const page = ram + (BigInt(n) << 21n);
      this.image.set64(at + 8 * n, soundLeaf(dice, stage, page, user).entry);
    }
  }

  private higher(level: 1 | 2 | 3 | 4, next: bigint): void {
    const { dice, stage } = this;
    const low = maskOf(level);
    const wide = stage === 'guest' ? (WIDE[level] ?? []) : [];
    const soundTarget = this.target(level);
    this.add(
      this.sound,
      { level, index: SOUND[level], target: soundTarget.address, onward: soundTarget },
      soundLeaf(dice, stage, soundTarget.address & ~low),
    );
    for (const index of [...(RANDOM[level] ?? []), ...wide]) {
      const onward = this.target(level);
      const target = onward.address;
      const base = target & ~low;
      const kind = dice.below(12);
      let leaf: Leaf;
      if (kind === 0) leaf = misalignedLeaf(dice, base, level);
      else if (kind === 1) leaf = badPointer(dice, next);
      else if (kind <= 4) leaf = soundLeaf(dice, stage, base);
      else if (kind <= 6 && stage === 'supervisor') {
        const pointer = leafOf(entryFor(this.next(level - 1, 1)) | V);
        this.add(this.random, { level, index, target, onward, pointer: true }, pointer);
        continue;
      } else leaf = randomLeaf(dice, stage, base);
      this.add(this.random, { level, index, target, onward }, leaf);
    }
  }

  /** A page's leaf in the table of level 0. */
  page(list: Slot[], index: number, to: Onward & { readonly address: bigint }, leaf: Leaf): void {
    this.add(list, { level: 0, index, target: to.address & -4096n, onward: to }, leaf);
  }

  /** Leaves that no other address leads through; not yet valid. */
  owned(target: () => Onward & { readonly address: bigint }): void {
    for (const level of LEVELS.toReversed()) {
      const onward = target();
      const place = { level, index: OWN[level], target: onward.address, onward };
      this.add(this.own, place, leafOf(0n));
    }
  }

  /** The same, for a table of the other stage. */
  ownedTable(table: Onward & { readonly address: bigint }): void {
    for (const level of LEVELS.toReversed()) {
      const place = { level, index: OWN_TABLE[level], target: table.address, onward: table };
      this.add(this.ownTable, place, leafOf(0n));
    }
  }

  /** A pointer to the table of level 0 by the way of the other stage's leaf; the first address behind it. */
  bridge({ level, base, mask, target }: Slot): bigint {
    const index = TABLE_BRIDGES + level;
    this.put(1, index, entryFor(base | (target & mask)) | V);
    return baseOf(1, index);
  }

  /** A 64 KiB page: 16 entries alike from `index` on; the one that translates to `target`. */
  napot(index: number, onward: Onward & { readonly address: bigint }): void {
    const target = onward.address;
    const leaf = napotLeaf(this.dice, this.stage, target);
    for (let i = 0; i < 16; i++) this.put(0, index + i, leaf.entry);
    const place = this.placeOf(0, index + Number((target >> 12n) & 15n));
    this.random.push({
      level: 0,
      index,
      place,
      base: baseOf(0, index),
      mask: 0xffffn,
      target,
      onward,
      leaf,
      pointer: false,
      napot: true,
    });
  }

  private add(
    list: Slot[],
    where: Pick<Slot, 'level' | 'index' | 'target' | 'onward'> & { readonly pointer?: boolean },
    leaf: Leaf,
  ): void {
    const { level, index } = where;
    const place = this.put(level, index, leaf.entry);
    const [base, mask] = [baseOf(level, index), maskOf(level)];
    list.push({ pointer: false, napot: false, ...where, place, base, mask, leaf });
  }

  private placeOf(level: number, index: number): number {
    return this.world + tableOffset(this.stage, level) + 8 * index;
  }

  private put(level: number, index: number, entry: bigint): number {
    const place = this.placeOf(level, index);
    this.image.set64(place, entry);
    return place;
  }
}
