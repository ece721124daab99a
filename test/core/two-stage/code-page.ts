/** A guest's way to the program: superpages in the roots of both stages, as far as these can have them. */
import { ALL, leaf, U } from '../page-tables.js';
import type { DrawnMemory } from './drawn-memory.js';
import { lookOnly } from './drawn-memory.js';
import { levelsOf, type Setting, translate } from './model.js';
import { isAllowed } from './places.js';
import { guestRead } from './setting.js';

/** Entries of the roots: of hgatp's, of vsatp's for the supervisor and for the user. */
const SECOND_SLOT = 5n;
const SLOTS = { supervisor: 3n, user: 4n };

/** Bits of an address below a root's entry. */
const rootShift = (levels: number): bigint => BigInt(12 + 9 * (levels - 1));
const rootOf = (atp: bigint): bigint => (atp & ((1n << 44n) - 1n)) << 12n;

/**
 * Maps the page of `code` into the drawn tables, before anything else is drawn.
 *
 * @returns where the guest's supervisor and user have it; whether these addresses translate is for the
 * model to say
 */
export function mapCode(
  memory: DrawnMemory,
  setting: Setting,
  code: bigint,
): { readonly supervisor: bigint; readonly user: bigint } {
  const guestPhysical = mapSecond(memory, setting, code);
  const levels = levelsOf(setting.vsatp);
  if (levels === 0) return { supervisor: guestPhysical, user: guestPhysical };
  const shift = rootShift(levels);
  const offset = guestPhysical & ((1n << shift) - 1n);
  for (const [slot, flags] of [
    [SLOTS.supervisor, ALL],
    [SLOTS.user, ALL | U],
  ] as const) {
    const place = physicalOf(memory, setting, rootOf(setting.vsatp) + slot * 8n);
    if (place !== undefined) put(memory, place, leaf(guestPhysical - offset, flags));
  }
  return {
    supervisor: (SLOTS.supervisor << shift) | offset,
    user: (SLOTS.user << shift) | offset,
  };
}

function mapSecond(memory: DrawnMemory, { hgatp }: Setting, code: bigint): bigint {
  const levels = levelsOf(hgatp);
  if (levels === 0) return code;
  const shift = rootShift(levels);
  const offset = code & ((1n << shift) - 1n);
  put(memory, rootOf(hgatp) + SECOND_SLOT * 8n, leaf(code - offset, ALL | U));
  return (SECOND_SLOT << shift) | offset;
}

/** Where the second stage has a guest-physical address. */
function physicalOf(memory: DrawnMemory, setting: Setting, gpa: bigint): bigint | undefined {
  const { failure, physical } = translate(
    lookOnly(memory),
    { ...setting, vsatp: 0n },
    guestRead(gpa),
  );
  return failure === undefined ? physical : undefined;
}

/** Nothing is written outside of RAM, and not into the program. */
function put(memory: DrawnMemory, physical: bigint, entry: bigint): void {
  if (isAllowed(physical, 'write')) memory.put(physical, entry);
}
