import { G } from '../../pte-bits.js';
import { encode, ORIGIN } from '../code.js';
import { addAccess } from './access-operations.js';
import { BARE, type Place } from './address-space.js';
import { type Leaf, randomLeaf, type Stage, soundLeaf } from './entries.js';
import type { Slot } from './tables.js';
import type { WorldBuilder } from './world-builder.js';

/** Changes an entry of a table, fences all, and goes on. */
export function remap(world: WorldBuilder): void {
  const { random, space } = world;
  const stage = random.pick(['guest', 'supervisor'] as const);
  const slot = random.pick(space.tables(stage).random.filter((one) => !one.pointer && !one.napot));
  const leaf = leafFor(world, stage, slot.target & ~slot.mask);
  // What stands behind an entry was chosen by what the entry allows.
  if (!leaf.modifiable || !leaf.walkable) return;
  if (stage === 'guest' && world.updates && !leaf.writable) return;
  poke(world, slot, leaf, encode(stage === 'guest' ? 'hfence.gvma' : 'hfence.vvma'));
  addAccess(world);
}

function leafFor({ random }: WorldBuilder, stage: Stage, target: bigint): Leaf {
  return random.oneIn(2) ? soundLeaf(random, stage, target) : randomLeaf(random, stage, target);
}

/** Stores an entry in M-mode, and fences. */
function poke(world: WorldBuilder, slot: Slot, { entry }: Leaf, fence?: number): void {
  const store = encode('sd', { rs1: 11, rs2: 12 });
  world.add({
    ...world.plain('M'),
    words: fence === undefined ? [store] : [store, fence],
    address: BigInt(ORIGIN + slot.place),
    value: entry,
    poke: { place: slot.place, value: entry },
  });
}

/**
 * Uses an entry that only one address leads through, changes it, fences no more than that, and uses it again
 * (Privileged 15.3.2).
 */
export function fence(world: WorldBuilder): void {
  const { random, space } = world;
  const root = world.supervisor;
  const what = root === BARE ? 'page' : random.pick(['page', 'table', 'entry'] as const);
  const guest = what !== 'entry';
  const way =
    what === 'entry'
      ? space.ownWay(root)
      : what === 'table'
        ? space.ownTableWay(root)
        : space.ownGuestWay(root);
  if (way === undefined) return;
  const { slot, place } = way;
  const stage = guest ? 'guest' : 'supervisor';
  const leaf = leafFor(world, stage, slot.target & ~slot.mask);
  if (what === 'table' && (!leaf.walkable || (world.updates && !leaf.writable))) return;
  if (random.oneIn(2)) {
    poke(world, slot, soundLeaf(random, stage, slot.target & ~slot.mask));
    fenceFor(world, slot, place, guest);
  }
  const from = world.operations.length;
  for (let n = random.between(1, 2); n > 0; n--) addAccess(world, place);
  const used = world.operations.slice(from);
  // A global page would not be fenced by its ASID.
  poke(world, slot, { ...leaf, entry: leaf.entry & ~G });
  fenceFor(world, slot, place, guest);
  // Just the same is most likely to find what should be gone.
  for (const operation of used) world.add(operation);
  addAccess(world, place);
}

/** The least fence for one entry, as any mode would make it that may. */
function fenceFor(world: WorldBuilder, slot: Slot, place: Place, guest: boolean): void {
  const { random } = world;
  const space = guest ? (world.hgatp >> 44n) & 0x3fffn : (world.vsatp >> 44n) & 0xffffn;
  const inside = random.u64() & slot.mask;
  const address = guest ? (slot.base | inside) >> 2n : (place.address & ~slot.mask) | inside;
  const fields = { rs1: random.oneIn(3) ? 0 : 11, rs2: random.oneIn(2) ? 0 : 12 };
  const inVirtual = !guest && world.space.reliable && !world.moves && random.oneIn(2);
  const mode = inVirtual ? 'VS' : random.pick(['M', 'HS'] as const);
  const name = guest ? 'hfence.gvma' : inVirtual ? 'sfence.vma' : 'hfence.vvma';
  world.add({ ...world.plain(mode), words: [encode(name, fields)], address, value: space });
}
