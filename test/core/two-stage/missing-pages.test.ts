import { describe, expect, it } from 'vitest';
import { A, D, leaf } from '../page-tables.js';
import { buildMachine, GUEST, numberFrames, VMIDS } from './guests.js';
import { MACHINE_MODE, Rig } from './rig.js';

const ADUE = 1n << 61n;

describe('an access of a guest whose tables and pages were not yet restored', () => {
  it.each([
    ['hlv.d', MACHINE_MODE],
    ['hsv.d', MACHINE_MODE],
    ['ld', GUEST],
    ['sd', GUEST],
  ])('does what it does with all of them: %s', async (label, mode) => {
    const rig = await Rig.create();
    numberFrames(rig);
    const [world] = VMIDS.map((vmid) => buildMachine(rig, vmid));
    const space = world?.spaces[0];
    const page = space?.pages[0];
    if (world === undefined || space === undefined || page === undefined)
      throw new Error('no world');
    // Both walks have bits to set, in tables that are missing as well.
    for (const mapping of [...page.mappings, ...world.second.values()]) {
      const target = mapping.history.at(-1) ?? 0n;
      rig.machine.ram.writeU64(mapping.slot, leaf(target, mapping.flags & ~(A | D)));
    }
    rig.setCsr('menvcfg', ADUE);
    rig.setCsr('henvcfg', ADUE);
    rig.setCsr('hgatp', world.hgatp);
    rig.setCsr('vsatp', space.vsatp);
    rig.guestPrivilege = false;
    const ends = [true, false].map((lazy) => {
      const machine = rig.machine.restored(lazy);
      const before = machine.missing;
      const other = Rig.of(machine);
      const data = mode === GUEST ? GUEST : undefined;
      const told = other.step(machine.at(label), MACHINE_MODE, page.va, 77n, data);
      // The program, three tables of each stage, and the page.
      if (lazy) expect(before - machine.missing).toBeGreaterThanOrEqual(6);
      expect(told.trap).toBeUndefined();
      return { told, state: machine.state() };
    });
    expect(ends[0]).toEqual(ends[1]);
  });
});
