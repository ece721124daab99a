import { type Image, ORIGIN } from '../code.js';
import type { Random } from '../random.js';
import { randomLeaf, type Stage, soundLeaf } from './entries.js';
import { CHAIN, type Onward, type Slot, StageTables, tableOffset, through } from './tables.js';
import { DATA, DATA_PAGES, PAGE, WORLD_SIZE } from './world.js';

/** A translation scheme by the level of its root; Bare has none. */
export const BARE = -1;
export type Root = typeof BARE | 2 | 3 | 4;
export const ROOTS: readonly Root[] = [BARE, 2, 3, 4, 4];

/** Bits of an address that a stage takes: two more for the G-stage (Privileged 15.5.1). */
export const widthOf = (root: Root, guest: boolean) =>
  root === BARE ? 64 : 12 + 9 * (root + 1) + (guest ? 2 : 0);

/** An address, the entry that it goes through, and what may be done there. */
export interface Place extends Onward {
  readonly address: bigint;
  readonly slot?: Slot | undefined;
  /** Whether an access may cross into the next page. */
  readonly crossing: boolean;
}

/** Physical memory as it is. */
const direct = (address: bigint): Place => ({
  address,
  modifiable: true,
  memory: true,
  crossing: true,
});
/** Where there is none. Accesses that have a part there are avoided (see deviations). */
const elsewhere = (address: bigint): Place => ({
  ...direct(address),
  memory: false,
  crossing: false,
});

const PAGES = WORLD_SIZE / PAGE;
/** Indices of pages in the tables of level 0. */
const SOUND_PAGES = 0;
const RANDOM_PAGES = 64;
const NAPOT_PAGES = 128;
const BRIDGE_PAGES = 310;
/** An entry, and the one address that leads through it. */
export interface OwnWay {
  readonly slot: Slot;
  readonly place: Place;
}

/** What an entry that may change translates: it is anything but sure. */
const placeOf = (slot: Slot): Place => ({
  address: through(slot, slot.target),
  slot,
  modifiable: false,
  memory: true,
  crossing: false,
});

/** An end of the address space no device is near. */
const BEYOND: readonly bigint[] = [1n << 41n, 1n << 45n, 1n << 50n, 1n << 55n];

/** Both stages' tables of a world, and the ways through them. */
export class AddressSpace {
  readonly guest: StageTables;
  readonly supervisor: StageTables;
  private readonly physical: bigint;
  /** Entries of the VS-stage that lead to the G-stage's own ones, by the level of those. */
  private readonly bridges: Slot[] = [];
  /** Addresses whose entries of level 0 are found by the G-stage's own leaves, by the level of those. */
  private readonly tableBridges: readonly bigint[];
  /** Whether every table of the VS-stage's chain is found by a sound way. */
  reliable = true;

  /**
   * @param top what the G-stage's scheme is at first
   * @param updates whether the VS-stage's tables may be updated by hardware
   * @param small whether no page is larger than 2 MiB: what a TLB remembers of larger ones is not in the way
   * @param moves whether the G-stage's scheme changes, to which the root's further entries are others
   */
  constructor(
    image: Image,
    world: number,
    private readonly random: Random,
    readonly top: Root,
    private readonly updates: boolean,
    private readonly moves: boolean,
    private readonly small: boolean,
  ) {
    this.physical = BigInt(ORIGIN + world);
    const physical = this.physical;
    this.guest = new StageTables(
      image,
      world,
      'guest',
      random,
      (level) => physical + BigInt(tableOffset('guest', level)),
      () => direct(this.dataPage()),
      small,
    );
    for (let page = 0; page < PAGES; page++) {
      const target = physical + BigInt(page * PAGE);
      const { guest } = this;
      const to = direct(target);
      guest.page(guest.sound, SOUND_PAGES + page, to, soundLeaf(random, 'guest', target));
      guest.page(guest.random, RANDOM_PAGES + page, to, randomLeaf(random, 'guest', target));
    }
    for (let index = 0; index < PAGES; index += 16) {
      this.guest.napot(NAPOT_PAGES + index, direct(this.dataPage()));
    }
    this.supervisor = new StageTables(
      image,
      world,
      'supervisor',
      random,
      (level, bad) => {
        const { address, slot } = this.tablePlace(tableOffset('supervisor', level), bad);
        const sound = slot === undefined || this.guest.sound.includes(slot);
        if (bad === CHAIN && !sound) this.reliable = false;
        return address;
      },
      () => this.mappable(),
      small,
    );
    for (let index = 0; index < 48; index++) {
      const target = this.mappable();
      const { supervisor } = this;
      const leaf = random.oneIn(3)
        ? soundLeaf(random, 'supervisor', target.address)
        : randomLeaf(random, 'supervisor', target.address);
      supervisor.page(supervisor.random, RANDOM_PAGES + index, target, leaf);
    }
    for (let index = 0; index < 64; index += 16) {
      this.supervisor.napot(NAPOT_PAGES + index, this.mappable());
    }
    this.guest.owned(() => direct(this.dataPage()));
    this.supervisor.owned(() => this.mappable());
    this.guest.ownedTable(direct(physical + BigInt(tableOffset('supervisor', 0))));
    this.tableBridges = this.guest.ownTable.map((slot) => this.supervisor.bridge(slot));
    for (const slot of this.guest.own) {
      const { supervisor } = this;
      const to = direct(through(slot, slot.target));
      const leaf = soundLeaf(random, 'supervisor', to.address & -4096n);
      supervisor.page(this.bridges, BRIDGE_PAGES + slot.level, to, leaf);
    }
  }

  /** The physical address of a page of data. */
  dataPage(): bigint {
    return this.physical + BigInt(DATA + PAGE * (1 + this.random.below(DATA_PAGES)));
  }

  /** A guest-physical address of a page of data, or of what is none. */
  target(): Place {
    const { random } = this;
    const physical = this.dataPage();
    if (random.oneIn(40)) return elsewhere(0x9000_0000n);
    // In the widest scheme something may be there.
    if (random.oneIn(40)) {
      return { ...elsewhere(random.pick(BEYOND) | physical), modifiable: false };
    }
    return this.guestPlace(physical, random.oneIn(3));
  }

  /** Such an address that fits in an entry of the VS-stage. */
  private mappable(): Place {
    for (;;) {
      const place = this.target();
      if (place.address < 1n << 56n) return place;
    }
  }

  /** Where the G-stage finds a physical page, by a sound entry or by one of all kinds. */
  guestPlace(physical: bigint, sound: boolean): Place {
    const { random, guest, top } = this;
    if (top === BARE || random.oneIn(8)) return direct(physical);
    const level = random.below(this.highest(top) + 1);
    const slots = (sound ? guest.sound : guest.random).filter((slot) => {
      // The root's further entries are those of no other table.
      const further = slot.index >= 512 && (this.moves || level !== top);
      if (slot.level !== level || further) return false;
      return (slot.target & ~slot.mask) === (physical & ~slot.mask) || level > 0;
    });
    if (slots.length === 0) return direct(physical);
    const slot = random.pick(slots);
    const { modifiable } = slot.leaf;
    return { address: through(slot, physical), slot, modifiable, memory: true, crossing: true };
  }

  /** Where the G-stage finds a table of the VS-stage; a bad place once in `bad` times. */
  tablePlace(offset: number, bad: number): Place {
    const { random, physical } = this;
    for (;;) {
      const place = this.guestPlace(physical + BigInt(offset), !random.oneIn(bad));
      const { slot } = place;
      if (place.address >= 1n << 56n) continue;
      if (slot === undefined) return place;
      if (slot.leaf.walkable && (!this.updates || slot.leaf.writable)) return place;
    }
  }

  /** The highest level of leaves that are used. */
  private highest(root: Root): number {
    return this.small ? Math.min(root, 1) : root;
  }

  tables(stage: Stage): StageTables {
    return stage === 'guest' ? this.guest : this.supervisor;
  }

  /** An address that goes through an entry of the VS-stage which no other leads through. */
  ownWay(root: Root): OwnWay | undefined {
    const slot = this.random.pick(this.supervisor.own.slice(0, this.highest(root) + 1));
    return { slot, place: placeOf(slot) };
  }

  /** An address whose entry of level 0 is found through such an entry of the G-stage. */
  ownTableWay(root: Root): OwnWay | undefined {
    const { random, top, guest, supervisor } = this;
    if (top === BARE || this.moves || root === BARE) return undefined;
    const slot = random.pick(guest.ownTable.slice(0, this.highest(top) + 1));
    const bridge = this.tableBridges[slot.level] ?? 0n;
    const page = random.pick(supervisor.random.filter(({ level }) => level === 0));
    const address = bridge | (through(page, page.target) & 0x1f_ffffn);
    return { slot, place: { ...placeOf(slot), address } };
  }

  /** An address that goes through such an entry of the G-stage, by way of a sound one of the VS-stage. */
  ownGuestWay(root: Root): OwnWay | undefined {
    const { random, top, guest } = this;
    if (top === BARE || this.moves) return undefined;
    const slot = random.pick(guest.own.slice(0, this.highest(top) + 1));
    if (root === BARE) return { slot, place: placeOf(slot) };
    const bridge = this.bridges[slot.level];
    return bridge === undefined ? undefined : { slot, place: placeOf(bridge) };
  }

  /** A guest-virtual address of data under a scheme of the VS-stage, and the entry it goes through. */
  address(root: Root): Place {
    const { random, supervisor } = this;
    if (root === BARE) return this.target();
    const level = random.below(this.highest(root) + 1);
    const slot = random.pick(supervisor.random.filter((one) => one.level === level));
    let address = through(slot, slot.target);
    if (slot.pointer) {
      const leaves = supervisor.random.filter((one) => one.level === level - 1 && !one.pointer);
      const below = random.pick(leaves);
      address = slot.base | (through(below, below.target) & slot.mask);
    }
    if (random.oneIn(12)) {
      // The same through the last entry of the root; else, and always at the top, not canonical.
      const upper = level < root ? random.pick([9, 9, 0, -1]) : random.pick([0, -1]);
      address |= -1n << BigInt(widthOf(root, false) - upper);
    }
    const { onward } = slot;
    return {
      address: BigInt.asUintN(64, address),
      slot,
      modifiable: slot.leaf.modifiable && onward.modifiable,
      memory: onward.memory,
      crossing: !slot.pointer && onward.memory && (level > 0 || this.goesOn(slot)),
    };
  }

  /** Whether the page after one of the VS-stage's has memory, if it is mapped. */
  private goesOn({ index }: Slot): boolean {
    const next = this.supervisor.random.find((one) => one.level === 0 && one.index === index + 1);
    return next?.onward.memory ?? true;
  }
}
