import type { Image } from '../code.js';
import type { Random } from '../random.js';
import { addAccess } from './access-operations.js';
import { switchDelegation, switchEnvironment, switchGuest, switchSpace } from './csr-operations.js';
import { interrupt } from './interrupt-operations.js';
import type { Operation } from './operation.js';
import { addPrivileged } from './privileged-operations.js';
import { fence, remap } from './table-operations.js';
import { WorldBuilder } from './world-builder.js';

/** What a world does, and how often of a hundred times. */
const GROUPS: readonly (readonly [number, (world: WorldBuilder) => void])[] = [
  [76, (world) => addAccess(world)],
  [11, addPrivileged],
  [3, remap],
  [2, fence],
  [1, interrupt],
  [3, switchSpace],
  [2, switchGuest],
  [1, switchEnvironment],
  [1, switchDelegation],
];

/** A world: its operations, in order. */
export interface World {
  readonly operations: readonly Operation[];
}

/** Fills the world at offset `at` with tables, data and `count` operations. */
export function writeWorld(image: Image, at: number, random: Random, count: number): World {
  const world = new WorldBuilder(image, at, random);
  world.writeStart();
  while (world.operations.length < count) {
    // What small worlds are for.
    if (world.small && random.oneIn(8)) fence(world);
    let choice = random.below(100);
    for (const [times, group] of GROUPS) {
      if (choice < times) group(world);
      choice -= times;
      if (choice < 0) break;
    }
  }
  return { operations: world.finish(count) };
}
