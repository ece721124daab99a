import { type Image, ORIGIN } from '../code.js';
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

  set(TABLE.middle, MEGA.atomic, pointer(random, at(TABLE.atomic)));
  // An AMO on a page that is not dirty: with ADUE it becomes so, else faults; QEMU would report any fault of
  // the load instead.
  function settled(entry: bigint): bigint {
    const inside = ((entry & NUMBER) << 2n) - (physical & -0x1_0000n);
    return guarded || inside < 0n || inside >= BigInt(TABLES) ? entry | D : entry;
  }

  const mega = physical & -MEGAPAGE;
  set(TABLE.middle, MEGA.data, pointer(random, at(TABLE.data)));
  set(TABLE.middle, MEGA.landing, pointer(random, at(TABLE.landing)));
  set(TABLE.middle, MEGA.superpage, leaf(random, mega, 'data'));
  set(TABLE.middle, MEGA.executable, leaf(random, mega, 'landing'));
  set(TABLE.middle, MEGA.misaligned, leaf(random, physical | 0x1000n, 'data'));
  set(TABLE.middle, MEGA.odd, oddPointer(random, at(TABLE.data)));
  set(TABLE.middle, MEGA.nowhere, nowhere(random) | V);

  const giga = BigInt(ORIGIN);
  set(TABLE.sv39, GIGA.identity, entryFor(giga) | V | R | W | X | A | D);
  set(TABLE.sv39, GIGA.alias, entryFor(giga) | V | R | W | X | U | A | D);
  // Programs change this one, and fence no more than one ASID.
  set(TABLE.sv39, GIGA.data, leaf(random, giga, 'data') & ~G);
  set(TABLE.sv39, GIGA.landing, leaf(random, giga, 'landing'));
  set(TABLE.sv39, GIGA.misaligned, leaf(random, giga | MEGAPAGE, 'data'));
  set(TABLE.sv39, GIGA.middle, pointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.odd, oddPointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.high, pointer(random, at(TABLE.middle)));
  for (const [table, next] of [
    [TABLE.sv48, TABLE.sv39],
    [TABLE.sv57, TABLE.sv48],
  ] as const) {
    set(table, HUGE.next, pointer(random, at(next)));
    set(table, HUGE.high, pointer(random, at(next)));
    set(table, HUGE.data, leaf(random, 0n, 'data'));
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
