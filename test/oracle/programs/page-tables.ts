import { type Image, ORIGIN } from '../code.js';
import { MEMORY } from '../machine.js';
import type { Random } from '../random.js';
import { GIGA, HUGE, MEGA, MEGAPAGE, TABLE } from './address-space.js';
import { DATA_PAGES, PAGE, TABLES } from './block.js';
import {
  A,
  D,
  entryFor,
  G,
  leaf,
  NUMBER,
  napot,
  nowhere,
  oddPointer,
  pointer,
  R,
  U,
  type Use,
  V,
  W,
  X,
} from './page-table-entries.js';

/**
 * Fills the block's tables with leaves of all kinds, sound and unsound.
 *
 * @param guarded physical memory protection may refuse data
 * @param other with a second address space
 */
export function writeTables(
  image: Image,
  block: number,
  random: Random,
  { guarded, other }: { guarded: boolean; other: boolean },
): void {
  const physical = BigInt(ORIGIN + block);
  const set = (table: number, index: number, entry: bigint) =>
    image.set64(block + TABLES + PAGE * table + 8 * index, entry);
  const at = (table: number) => physical + BigInt(TABLES + PAGE * table);

  const regular = random.oneIn(3);
  for (let i = 0; i < 16; i++) {
    const page = BigInt(regular ? i : random.below(DATA_PAGES));
    set(TABLE.data, i, last(leaf(random, physical + page * BigInt(PAGE), 'data')));
    const same = physical + BigInt(i * PAGE);
    set(TABLE.landing, i, last(leaf(random, same, 'landing')));
    set(TABLE.atomic, i, settled(last(leaf(random, same, 'atomic'))));
  }
  // A pointer on the last level faults; higher up it would lead into what is no table.
  function last(entry: bigint): bigint {
    return random.oneIn(32) ? entry & ~(R | W | X) : entry;
  }
  // All entries of a NAPOT range must be alike (Svnapot).
  if (random.oneIn(3)) fill(random.pick(['data', 'landing', 'atomic'] as const));
  function fill(use: Use): void {
    const entry =
      use === 'atomic' ? settled(napot(random, physical, use)) : napot(random, physical, use);
    for (let i = 0; i < 16; i++) set(TABLE[use], i, entry);
  }
  // Of a page-crossing access either half may fault first, so a window leads nowhere as a whole.
  if (random.oneIn(8)) {
    const entry = nowhere(random) | V | R | W | X | A | D | (random.oneIn(2) ? U : 0n);
    const use = random.pick(['data', 'landing', 'atomic'] as const);
    for (let i = 0; i < 16; i++) set(TABLE[use], i, entry);
  }

  set(TABLE.middle, MEGA.atomic, pointer(random, at(TABLE.atomic)));
  // An AMO on a page that is not dirty: with ADUE it becomes so, else faults; QEMU would report any fault of
  // the load instead.
  function settled(entry: bigint): bigint {
    const inside = ((entry & NUMBER) << 2n) - (physical & -0x1_0000n);
    return guarded || inside < 0n || inside >= BigInt(TABLES) ? entry | D : entry;
  }

  const mega = physical & -MEGAPAGE;
  set(TABLE.middle, MEGA.data, pointer(random, at(TABLE.data)));
  // A global pointer makes what is below global (Privileged 12.3.1).
  const global = random.oneIn(4) ? G : 0n;
  set(TABLE.middle, MEGA.landing, pointer(random, at(TABLE.landing)) | global);
  set(TABLE.middle, MEGA.superpage, leaf(random, mega, 'data'));
  set(TABLE.middle, MEGA.executable, leaf(random, mega, 'landing'));
  set(TABLE.middle, MEGA.misaligned, leaf(random, physical | 0x1000n, 'data'));
  set(TABLE.middle, MEGA.odd, oddPointer(random, at(TABLE.data)));
  set(TABLE.middle, MEGA.nowhere, nowhere(random) | V);

  const giga = BigInt(ORIGIN);
  const all = V | R | W | X | A | D;
  if (random.oneIn(2)) {
    set(TABLE.sv39, GIGA.identity, entryFor(giga) | all);
    set(TABLE.sv39, GIGA.alias, entryFor(giga) | all | U);
  } else {
    set(TABLE.sv39, GIGA.identity, entryFor(at(TABLE.identity)) | V);
    set(TABLE.sv39, GIGA.alias, entryFor(at(TABLE.alias)) | V);
    for (let i = 0; i < MEMORY >>> 21; i++) {
      const page = giga + BigInt(i) * MEGAPAGE;
      set(TABLE.identity, i, entryFor(page) | all);
      set(TABLE.alias, i, entryFor(page) | all | U);
    }
  }
  // Programs change this one, too.
  set(TABLE.sv39, GIGA.data, leaf(random, giga, 'data') & ~G);
  set(TABLE.sv39, GIGA.landing, leaf(random, giga, 'landing'));
  set(TABLE.sv39, GIGA.misaligned, leaf(random, giga | MEGAPAGE, 'data'));
  // Nothing else leads here, and nothing here is global: programs change it and fence just that.
  set(TABLE.sv39, GIGA.own, entryFor(at(TABLE.ownMiddle)) | V);
  set(TABLE.ownMiddle, 0, entryFor(at(TABLE.own)) | V);
  for (let i = 0; i < 16; i++) {
    set(
      TABLE.own,
      i,
      leaf(random, physical + BigInt(random.below(DATA_PAGES) * PAGE), 'data') & ~G,
    );
  }
  set(TABLE.sv39, GIGA.middle, pointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.odd, oddPointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.high, pointer(random, at(TABLE.middle)));
  for (const [table, next] of [
    [TABLE.sv48, TABLE.sv39],
    [TABLE.sv57, TABLE.sv48],
  ] as const) {
    set(table, HUGE.next, pointer(random, at(next)));
    set(table, HUGE.high, pointer(random, at(next)));
    set(table, HUGE.data, leaf(random, 0n, 'data') & ~G);
    set(table, HUGE.landing, leaf(random, 0n, 'landing'));
    set(table, HUGE.misaligned, leaf(random, giga, 'data'));
    set(table, HUGE.odd, oddPointer(random, at(next)));
  }
  if (other) writeOtherSpace(image, block, random);
}

/**
 * A second address space: the same code, other data pages. No page of either is global, since a global
 * mapping holds in all address spaces (Privileged 12.4.1).
 */
function writeOtherSpace(image: Image, block: number, random: Random): void {
  const place = (table: number, index: number) => block + TABLES + PAGE * table + 8 * index;
  const get = (table: number, index: number) => image.get64(place(table, index));
  const set = (table: number, index: number, entry: bigint) =>
    image.set64(place(table, index), entry);
  for (let i = 0; i < 512; i++) {
    for (let table = TABLE.sv57; table <= TABLE.atomic; table++) {
      set(table, i, get(table, i) & ~G);
    }
    set(TABLE.otherRoot, i, get(TABLE.sv39, i));
    set(TABLE.otherMiddle, i, get(TABLE.middle, i));
  }
  const physical = BigInt(ORIGIN + block);
  const at = (table: number) => physical + BigInt(TABLES + PAGE * table);
  const giga = BigInt(ORIGIN);
  set(TABLE.otherRoot, GIGA.middle, entryFor(at(TABLE.otherMiddle)) | V);
  set(TABLE.otherRoot, GIGA.high, entryFor(at(TABLE.otherMiddle)) | V);
  set(TABLE.otherRoot, GIGA.data, leaf(random, giga, 'data') & ~G);
  set(TABLE.otherMiddle, MEGA.data, entryFor(at(TABLE.otherData)) | V);
  set(TABLE.otherMiddle, MEGA.superpage, leaf(random, physical & -MEGAPAGE, 'data') & ~G);
  for (let i = 0; i < 16; i++) {
    const page = physical + BigInt(random.below(DATA_PAGES) * PAGE);
    set(TABLE.otherData, i, leaf(random, page, 'data') & ~G);
  }
}
