/**
 * Address translation as the Privileged specification describes it, and as nothing else does: the
 * algorithm of 12.3.2 step for step, its variations for two stages (15.5), A and D bits updated or asked
 * for (12.3.1, Svadu), Svnapot (12.4) and Svpbmt (12.5). It knows no TLB; the core is compared with it.
 */
import { A, D, R, U, W, X } from '../page-tables.js';
import {
  type EntryFormat,
  INDEX_BITS,
  isLeaf,
  isWellFormed,
  leafTarget,
  PAGE_BITS,
  PTE_BYTES,
  pageNumber,
} from './entry.js';

export type Kind = 'read' | 'write' | 'fetch';

/** Stages: of satp or vsatp, and of hgatp. */
export const FIRST = 0;
export const SECOND = 1;
export type Stage = typeof FIRST | typeof SECOND;

/** What of the CSRs decides on translations. */
export interface Setting {
  readonly satp: bigint;
  readonly vsatp: bigint;
  readonly hgatp: bigint;
  /** mstatus.SUM and MXR; vsstatus.SUM and MXR. */
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly guestSum: boolean;
  readonly guestMxr: boolean;
  /** ADUE of menvcfg and henvcfg, PBMTE of both. */
  readonly updates: boolean;
  readonly guestUpdates: boolean;
  readonly pageTypes: boolean;
  readonly guestPageTypes: boolean;
}

export interface Access {
  readonly va: bigint;
  readonly kind: Kind;
  readonly user: boolean;
  /** V is 1, or the access is as though it were. */
  readonly virtual: boolean;
  /** HLVX: execute permission stands in for read permission. */
  readonly executable: boolean;
}

/** Physical memory as tables are read from it. */
export interface TableMemory {
  /** An entry; `undefined` where PMA or PMP do not let a walk read. */
  read(physical: bigint, stage: Stage, level: number): bigint | undefined;
  /** Whether PMA and PMP let a walk write there. */
  mayUpdate(physical: bigint): boolean;
  update(physical: bigint, entry: bigint): void;
  /** Whether PMA and PMP allow the access itself. */
  allows(physical: bigint, kind: Kind): boolean;
}

/** An entry that was read. */
export interface EntryRead {
  readonly stage: Stage;
  readonly level: number;
  /** As the stage's tables name it: of a guest's own tables a guest-physical address. */
  readonly address: bigint;
  readonly physical: bigint;
  readonly entry: bigint;
}

/** Why there is no translation. */
export interface Failure {
  readonly type: 'page' | 'guest-page' | 'access';
  readonly cause: number;
  /** Where the walk failed; at the level above the root's if it never began, at -1 if it had ended. */
  readonly stage: Stage;
  readonly level: number;
  /** Of a guest-page fault: the guest-physical address without a translation. */
  readonly guestPhysical: bigint;
  /** An access to the guest's own tables failed, not the one that was asked for. */
  readonly implicit: 'read' | 'write' | undefined;
}

export interface Outcome {
  readonly reads: readonly EntryRead[];
  readonly failure: Failure | undefined;
  /** What the first stage gave, if it gave anything. */
  readonly guestPhysical: bigint | undefined;
  /** What the walk gave, though the access may not be allowed there. */
  readonly physical: bigint | undefined;
}

const CAUSES: Readonly<Record<Failure['type'], Readonly<Record<Kind, number>>>> = {
  page: { fetch: 12, read: 13, write: 15 },
  'guest-page': { fetch: 20, read: 21, write: 23 },
  access: { fetch: 1, read: 5, write: 7 },
};

/** Levels by the MODE of satp, vsatp and hgatp; Bare has none. */
const LEVELS: readonly (readonly [bigint, number])[] = [
  [0n, 0],
  [8n, 3],
  [9n, 4],
  [10n, 5],
];

export function levelsOf(atp: bigint): number {
  const levels = LEVELS.find(([mode]) => mode === atp >> 60n)?.[1];
  if (levels === undefined) throw new Error(`there is no translation mode ${atp >> 60n}`);
  return levels;
}

/** A failure without its cause: the causes are those of the original access (15.5.1). */
type Failed = Omit<Failure, 'cause'>;
/** An address, or why there is none. */
type Result = bigint | Failed;

/** How one stage's walk differs from another's. */
interface Walk {
  readonly stage: Stage;
  readonly levels: number;
  readonly root: bigint;
  readonly format: EntryFormat;
  readonly updates: boolean;
  readonly kind: Kind;
  /** Whether the leaf allows the access (steps 6 and 8). */
  readonly permits: (pte: bigint) => boolean;
  /** The physical address of an entry, to be read or updated. */
  readonly locate: (address: bigint, kind: 'read' | 'write') => Result;
  readonly fault: (level: number) => Failed;
}

export interface Extensions {
  readonly napot: boolean;
}

/** Translates one access. `memory` is updated as the walk updates it. */
export function translate(
  memory: TableMemory,
  setting: Setting,
  access: Access,
  extensions: Extensions = { napot: true },
): Outcome {
  const translation = new Translation(memory, setting, access, extensions);
  const failed = translation.run();
  const failure = failed && { ...failed, cause: CAUSES[failed.type][access.kind] };
  const { reads, guestPhysical, physical } = translation;
  return { reads, guestPhysical, physical, failure };
}

class Translation {
  readonly reads: EntryRead[] = [];
  guestPhysical: bigint | undefined;
  physical: bigint | undefined;
  readonly #memory: TableMemory;
  readonly #setting: Setting;
  readonly #access: Access;
  readonly #extensions: Extensions;

  constructor(memory: TableMemory, setting: Setting, access: Access, extensions: Extensions) {
    this.#memory = memory;
    this.#setting = setting;
    this.#access = access;
    this.#extensions = extensions;
  }

  /** Why the access fails, if it does. */
  run(): Failed | undefined {
    const { va, kind, virtual } = this.#access;
    const first = this.#firstStage(va);
    if (typeof first !== 'bigint') return first;
    this.guestPhysical = first;
    const physical = virtual ? this.#secondStage(first, kind, undefined) : first;
    if (typeof physical !== 'bigint') return physical;
    this.physical = physical;
    if (this.#isAllowed(physical)) return undefined;
    return accessFailed(virtual ? SECOND : FIRST, -1);
  }

  /** What HLVX reads must be readable and executable (15.3.1). */
  #isAllowed(physical: bigint): boolean {
    const { kind, executable } = this.#access;
    if (executable && !this.#memory.allows(physical, 'fetch')) return false;
    return this.#memory.allows(physical, kind);
  }

  /** By satp, or by vsatp with its tables behind the second stage (15.5). */
  #firstStage(va: bigint): Result {
    const { virtual } = this.#access;
    const setting = this.#setting;
    const atp = virtual ? setting.vsatp : setting.satp;
    const levels = levelsOf(atp);
    if (levels === 0) return va;
    const fault = (level: number): Failed => ({
      type: 'page',
      stage: FIRST,
      level,
      guestPhysical: 0n,
      implicit: undefined,
    });
    // Bits above the address are copies of its highest.
    if (BigInt.asUintN(64, BigInt.asIntN(width(levels), va)) !== va) return fault(levels);
    return this.#walk(va, {
      stage: FIRST,
      levels,
      root: rootOf(atp),
      format: {
        napot: this.#extensions.napot,
        pageTypes: virtual ? setting.guestPageTypes : setting.pageTypes,
      },
      updates: virtual ? setting.guestUpdates : setting.updates,
      kind: this.#access.kind,
      permits: (pte) => this.#permitsFirst(pte),
      locate: (address, kind) => (virtual ? this.#secondStage(address, kind, kind) : address),
      fault,
    });
  }

  /** U against the mode and SUM; then R, W, X, where MXR of either level makes X readable (15.5). */
  #permitsFirst(pte: bigint): boolean {
    const { user, kind, virtual } = this.#access;
    const setting = this.#setting;
    const sum = virtual ? setting.guestSum : setting.sum;
    const forUser = (pte & U) !== 0n;
    if (user && !forUser) return false;
    if (!user && forUser && (kind === 'fetch' || !sum)) return false;
    return this.#permits(pte, kind, setting.mxr || (virtual && setting.guestMxr));
  }

  #permits(pte: bigint, kind: Kind, mxr: boolean): boolean {
    if (kind === 'write') return (pte & W) !== 0n;
    if (kind === 'fetch' || this.#access.executable) return (pte & X) !== 0n;
    return (pte & R) !== 0n || (mxr && (pte & X) !== 0n);
  }

  /**
   * By hgatp (15.5.1): addresses are two bits wider and zero above, each access is a user's.
   *
   * @param implicit the access is one to the guest's own tables, for which MXR does nothing: it concerns
   * explicit loads
   */
  #secondStage(gpa: bigint, kind: Kind, implicit: Failure['implicit']): Result {
    const { hgatp, mxr, updates, pageTypes } = this.#setting;
    const levels = levelsOf(hgatp);
    if (levels === 0) return gpa;
    const fault = (level: number): Failed => ({
      type: 'guest-page',
      stage: SECOND,
      level,
      guestPhysical: gpa,
      implicit,
    });
    if (gpa >> BigInt(width(levels) + 2) !== 0n) return fault(levels);
    return this.#walk(gpa, {
      stage: SECOND,
      levels,
      root: rootOf(hgatp) & ~0x3fffn,
      format: { napot: this.#extensions.napot, pageTypes },
      updates,
      kind,
      permits: (pte) =>
        (pte & U) !== 0n &&
        (implicit === 'read' ? (pte & R) !== 0n : this.#permits(pte, kind, mxr)),
      locate: (address) => address,
      fault,
    });
  }

  /** 12.3.2. */
  #walk(address: bigint, walk: Walk): Result {
    const { stage, levels, locate, fault } = walk;
    let table = walk.root;
    for (let level = levels - 1; level >= 0; level--) {
      const wide = stage === SECOND && level === levels - 1;
      const at = table + index(address, level, wide) * PTE_BYTES;
      const physical = locate(at, 'read');
      if (typeof physical !== 'bigint') return physical;
      const pte = this.#memory.read(physical, stage, level);
      if (pte === undefined) return accessFailed(stage, level);
      this.reads.push({ stage, level, address: at, physical, entry: pte });
      if (!isWellFormed(pte, level, walk.format)) return fault(level);
      if (!isLeaf(pte)) {
        table = pageNumber(pte) << PAGE_BITS;
        continue;
      }
      if (!walk.permits(pte)) return fault(level);
      const wanted = pte | A | (walk.kind === 'write' ? D : 0n);
      if (wanted !== pte) {
        if (!walk.updates) return fault(level);
        const updated = locate(at, 'write');
        if (typeof updated !== 'bigint') return updated;
        if (!this.#memory.mayUpdate(updated)) return accessFailed(stage, level);
        // Where tables are their own pages, the walk to the entry may have changed it: step 2 again.
        if (this.#memory.read(updated, stage, level) !== pte) {
          level++;
          continue;
        }
        this.#memory.update(updated, wanted);
      }
      return leafTarget(pte, level, address);
    }
    throw new Error('a pointer at the last level is not well formed');
  }
}

const accessFailed = (stage: Stage, level: number): Failed => ({
  type: 'access',
  stage,
  level,
  guestPhysical: 0n,
  implicit: undefined,
});

const width = (levels: number): number => Number(PAGE_BITS) + Number(INDEX_BITS) * levels;

const rootOf = (atp: bigint): bigint => (atp & ((1n << 44n) - 1n)) << PAGE_BITS;

function index(address: bigint, level: number, wide: boolean): bigint {
  const bits = wide ? INDEX_BITS + 2n : INDEX_BITS;
  return (address >> (PAGE_BITS + INDEX_BITS * BigInt(level))) & ((1n << bits) - 1n);
}
