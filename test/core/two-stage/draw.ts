/**
 * Random settings, accesses and page-table entries. An entry is drawn when a walk first reads it, for the
 * stage and level it is read at: so walks get to their last levels, and memory holds nothing but what
 * matters to the case.
 */
import { RAM_BASE } from '../../../src/core/abi.js';
import { A, D, G, N, pbmt, R, U, V, W, X } from '../page-tables.js';
import type { randomNumbers } from '../random.js';
import { type Access, FIRST, type Kind, levelsOf, type Setting, type Stage } from './model.js';
import { DEVICE, GUARDED, NOWHERE, RAM_SIZE, TABLE_PAGES, TABLES } from './places.js';

export type Draw = ReturnType<typeof randomNumbers>;

const PAGE = 0x1000n;
/** The widest most often: it has the most levels to get to. */
const MODES = [0n, 8n, 9n, 10n, 10n];

export const oneOf = <T>(draw: Draw, all: readonly T[]): T => all[draw(all.length)] as T;
const chance = (draw: Draw, percent: number): boolean => draw(1000) < percent * 10;
const bits = (draw: Draw, count: number): bigint => {
  let value = 0n;
  for (let n = 0; n < count; n += 16) value = (value << 16n) | BigInt(draw(1 << 16));
  return BigInt.asUintN(count, value);
};

/** A world: what all its accesses share. */
export interface World {
  readonly setting: Setting;
  /** How many of a hundred entries are amiss in some way. */
  readonly oddity: number;
  /** How many of a hundred entries above the last level are superpages. */
  readonly superpages: number;
  /** How many of a hundred of the second stage's pages may not be written. */
  readonly readOnly: number;
}

/** A world whose modes both are given, or drawn where they are not. */
export function drawWorld(
  draw: Draw,
  mode = oneOf(draw, MODES),
  guest = oneOf(draw, MODES),
): World {
  const updates = chance(draw, 70);
  const pageTypes = chance(draw, 50);
  const satp = oneOf(draw, MODES);
  return {
    setting: {
      satp: (satp << 60n) | (satp === 0n ? 0n : bits(draw, 16) << 44n) | root(draw, satp),
      vsatp: (mode << 60n) | (mode === 0n ? 0n : bits(draw, 16) << 44n) | root(draw, mode),
      hgatp:
        (guest << 60n) | (guest === 0n ? 0n : bits(draw, 14) << 44n) | (root(draw, guest) & ~3n),
      ...drawPermissions(draw),
      updates,
      guestUpdates: updates && chance(draw, 70),
      pageTypes,
      guestPageTypes: pageTypes && chance(draw, 60),
    },
    oddity: oneOf(draw, [0, 0.5, 2, 8]),
    superpages: oneOf(draw, [10, 20, 50]),
    readOnly: oneOf(draw, [0, 0, 60]),
  };
}

/** What of a world may change without a fence. */
export function drawPermissions(draw: Draw) {
  return {
    sum: chance(draw, 50),
    mxr: chance(draw, 30),
    guestSum: chance(draw, 70),
    guestMxr: chance(draw, 40),
  };
}

/** PPN of a root; that of Bare is nothing. */
function root(draw: Draw, mode: bigint): bigint {
  if (mode === 0n) return 0n;
  return (chance(draw, 95) ? tablePage(draw) & ~0x3fffn : oddPage(draw)) >> 12n;
}

const tablePage = (draw: Draw): bigint => TABLES + BigInt(draw(TABLE_PAGES)) * PAGE;

/** A page where something is not allowed, or nothing is. */
function oddPage(draw: Draw): bigint {
  const guarded = GUARDED.map(({ base }) => base + BigInt(draw(16)) * PAGE);
  return oneOf(draw, [...guarded, ...guarded, DEVICE, NOWHERE, 0n, bits(draw, 44) << 12n]);
}

/** Whatever stands above its lowest bits, the address has an offset in RAM there. */
function likeRam(draw: Draw): bigint {
  const low = RAM_BASE + BigInt(draw(RAM_SIZE / 8)) * 8n;
  const shift = BigInt(oneOf(draw, [12, 21, 30, 39, 48]));
  return (bits(draw, 56) << shift) | (low & ((1n << shift) - 1n));
}

export function drawAccess(draw: Draw, { setting }: World, virtual: boolean): Access {
  const kind = oneOf<Kind>(draw, ['read', 'read', 'write', 'write', 'fetch']);
  const levels = levelsOf(virtual ? setting.vsatp : setting.satp);
  return {
    va: drawAddress(draw, levels, virtual ? levelsOf(setting.hgatp) : 0) & ~7n,
    kind,
    user: chance(draw, 50),
    virtual,
    executable: kind === 'read' && virtual && chance(draw, 25),
  };
}

/** A virtual address, aligned, canonical but for a few; where the first stage is Bare a guest-physical one. */
function drawAddress(draw: Draw, levels: number, guestLevels: number): bigint {
  const address = BigInt.asUintN(64, likeRam(draw));
  if (chance(draw, 3)) return address;
  if (levels !== 0) return BigInt.asUintN(64, BigInt.asIntN(12 + 9 * levels, address));
  return guestLevels === 0 ? BigInt.asUintN(32, address) : address & mask(14 + 9 * guestLevels);
}

const mask = (count: number): bigint => (1n << BigInt(count)) - 1n;

/** An entry for a walk that reads it at this stage and level. */
export function drawEntry(
  draw: Draw,
  world: World,
  virtual: boolean,
  stage: Stage,
  level: number,
): bigint {
  const { setting, oddity, superpages } = world;
  const guest = virtual && stage === FIRST;
  const guestLevels = guest ? levelsOf(setting.hgatp) : 0;
  const isPointer = level > 0 && !chance(draw, superpages);
  const page = drawPage(draw, oddity, guestLevels, isPointer ? 0 : level, isPointer);
  const number = (page >> 12n) & mask(44);
  let entry = (number << 10n) | (isPointer ? V : leafFlags(draw, world, stage, virtual));
  const pageTypes = guest ? setting.guestPageTypes : setting.pageTypes;
  if (!isPointer && pageTypes) entry |= pbmt(draw(3));
  if (!isPointer && level === 0 && chance(draw, 8)) {
    entry = (entry & ~(0xfn << 10n)) | (8n << 10n) | N;
  }
  return chance(draw, oddity) ? spoiled(draw, entry) : entry;
}

function leafFlags(draw: Draw, world: World, stage: Stage, virtual: boolean): bigint {
  const { setting, oddity, readOnly } = world;
  const second = virtual && stage !== FIRST;
  const updates = virtual && !second ? setting.guestUpdates : setting.updates;
  const unset = updates ? 30 : oddity * 2;
  const rights = oneOf(draw, [R | W | X, R | W, R | X, R | X, R, X]);
  let flags = V | (chance(draw, oddity * 6) ? rights : R | W | X);
  if (second && chance(draw, readOnly)) flags &= ~W;
  if (second ? !chance(draw, oddity) : chance(draw, 50)) flags |= U;
  if (!chance(draw, unset)) flags |= A;
  if (!chance(draw, unset)) flags |= D;
  if (chance(draw, 10)) flags |= G;
  return flags | (BigInt(draw(4)) << 8n);
}

/** What an entry points to, aligned for its level but for a few. */
function drawPage(
  draw: Draw,
  oddity: number,
  guestLevels: number,
  level: number,
  isPointer: boolean,
): bigint {
  const aligned = ~mask(12 + 9 * (chance(draw, oddity) ? 0 : level));
  if (guestLevels !== 0)
    return likeRam(draw) & mask(guestWidth(draw, oddity, guestLevels)) & aligned;
  if (chance(draw, oddity * 2)) return oddPage(draw) & aligned;
  if (isPointer) return tablePage(draw);
  return (RAM_BASE + BigInt(draw(RAM_SIZE / 4096)) * PAGE) & aligned;
}

/** Bits of a guest-physical address, or more than the second stage takes. */
const guestWidth = (draw: Draw, oddity: number, levels: number): number =>
  chance(draw, oddity) ? 56 : Math.min(56, 14 + 9 * levels);

/** The entry with something wrong in it. */
function spoiled(draw: Draw, entry: bigint): bigint {
  return oneOf(draw, [
    () => entry & ~V,
    () => (entry & ~R) | W,
    () => entry ^ U,
    () => entry ^ (A | D),
    () => entry | (1n << BigInt(54 + draw(7))),
    () => entry | pbmt(1 + draw(3)),
    () => entry ^ N,
    () => entry ^ (1n << BigInt(10 + draw(10))),
    () => entry & ~(R | W | X),
    () => bits(draw, 64),
  ])();
}
