import type { Random } from '../random.js';
import {
  EXECUTING_LOADS,
  GUEST_LOADS,
  GUEST_STORES,
  guestAccess,
  jump,
  type MemoryAccess,
  modifyingAccess,
  plainAccess,
  reservingAccess,
  type Site,
} from './accesses.js';
import type { Place } from './address-space.js';
import { type Access, HU, MODES, type Mode, MPRV, MPV, SUM } from './operation.js';
import type { WorldBuilder } from './world-builder.js';

/** How an access comes to be the guest's: by its own mode, HLV and HSV, HLVX, or MPRV. */
type Way = 'own' | 'guest' | 'executing' | 'redirected';

/** An access by any of the ways into the two stages, to a page of the VS-stage's choice. */
export function addAccess(
  world: WorldBuilder,
  place: Place = world.space.address(world.supervisor),
): void {
  const { random } = world;
  const { address } = place;
  const site = { address, crossing: place.crossing && !world.moves };
  switch (world.asksAlike ? random.below(8) : 8) {
    case 0:
    case 1:
    case 2: {
      const mode = random.pick(['HS', 'HS', 'M', 'U', random.pick(MODES)] as const);
      const names = random.oneIn(3) ? GUEST_STORES : GUEST_LOADS;
      const executing = random.oneIn(5) && world.delegatesAlike;
      const access = guestAccess(random, site, executing ? EXECUTING_LOADS : names);
      perform(world, access, mode, executing ? 'executing' : 'guest');
      return;
    }
    case 3: {
      perform(world, ordinary(random, site, place.modifiable), 'M', 'redirected');
      return;
    }
    default: {
      const mode = random.pick(['VS', 'VU'] as const);
      const access = random.oneIn(4)
        ? jump(random, site)
        : ordinary(random, site, place.modifiable);
      perform(world, access, mode, 'own');
    }
  }
}

function ordinary(random: Random, site: Site, modifiable: boolean): MemoryAccess {
  const choice = random.below(10);
  if (choice === 0 && modifiable) return modifyingAccess(random, site);
  if (choice === 1) return reservingAccess(random, site, modifiable);
  return plainAccess(random, site, random.oneIn(2));
}

function perform(world: WorldBuilder, access: MemoryAccess, mode: Mode, way: Way): void {
  const { random } = world;
  const { words, kind, address, base, value } = access;
  const translated: Access = { kind, address, vsatp: world.vsatp, hgatp: world.hgatp };
  const status = world.statusOf(mode);
  let virtual = way !== 'redirected';
  if (way === 'redirected') {
    virtual = !random.oneIn(12);
    status.mstatus &= ~((3n << 11n) | MPV);
    status.mstatus |= MPRV | (random.oneIn(2) ? 1n << 11n : 0n) | (virtual ? MPV : 0n);
  }
  if (way !== 'own' && !random.oneIn(8)) status.hstatus |= HU;
  // QEMU does not let HLVX have SUM (see deviations).
  if (way === 'executing') status.vsstatus &= ~SUM;
  world.add({
    mode,
    words,
    ...status,
    address: base,
    value,
    ...(virtual && { access: translated }),
    executing: way === 'executing',
  });
}
