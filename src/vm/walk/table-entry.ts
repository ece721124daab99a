/** Page-table entries, decoded (Privileged 12.3.1, 12.4.1; "Svnapot", "Svpbmt"). */

/** The bits of an entry that say how its page may be used. */
export interface EntryFlags {
  readonly valid: boolean;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly user: boolean;
  readonly global: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** N: the page is one of 16 that lie together (Svnapot). */
  readonly napot: boolean;
  /** PBMT: 0 as the memory is, 1 NC, 2 IO, 3 reserved (Svpbmt). */
  readonly memoryType: number;
  /** Bits 60 to 54, which must be zero. */
  readonly reserved: number;
}

/** An entry of a page table that a walk has read. */
export interface TableEntry {
  /** From 1 on, in the order in which the walk reads them. */
  readonly number: number;
  /** Whose table it is of: that of satp or vsatp, or that of hgatp. */
  readonly stage: 'first' | 'guest';
  /**
   * What it is read for: the address that the hart wants; or, of a G-stage, an entry of the first stage,
   * or the A and D bits that are to be set in one.
   */
  readonly serves: 'address' | 'entry' | 'update';
  /** 0 is the last. */
  readonly level: number;
  /** Its place in its table. */
  readonly index: number;
  /** Where it is by its own tables: below a G-stage, entries of the first stage have guest-physical addresses. */
  readonly address: bigint;
  /** Where it is in RAM. */
  readonly physical: bigint;
  readonly value: bigint;
  readonly flags: EntryFlags;
  readonly kind: 'table' | 'page' | 'invalid';
  /** Where its table or its page begins, by the same tables as `address`. */
  readonly target: bigint;
  /** Bytes of its page; 0 if it has none. */
  readonly pageSize: number;
}

const PPN_MASK = (1n << 44n) - 1n;
/** Entries of a table, and of the root of a G-stage, which is four times as large (Privileged 15.5.1). */
const TABLE_ENTRIES = 512n;
const GUEST_ROOT_ENTRIES = 2048n;
/** Svnapot: pages that lie together. */
const NAPOT_PAGES = 16n;

function flagsOf(value: bigint): EntryFlags {
  const bit = (number: number) => ((value >> BigInt(number)) & 1n) === 1n;
  return {
    valid: bit(0),
    read: bit(1),
    write: bit(2),
    execute: bit(3),
    user: bit(4),
    global: bit(5),
    accessed: bit(6),
    dirty: bit(7),
    napot: bit(63),
    memoryType: Number((value >> 61n) & 3n),
    reserved: Number((value >> 54n) & 0x7fn),
  };
}

/** What a walk wrote down of an entry. */
export type ReadEntry = Pick<
  TableEntry,
  'number' | 'stage' | 'serves' | 'level' | 'address' | 'physical' | 'value'
>;

/** @param root whether it is of the root table */
export function decodeEntry(read: ReadEntry, root: boolean): TableEntry {
  const { stage, level, address, value } = read;
  const flags = flagsOf(value);
  const entries = root && stage === 'guest' ? GUEST_ROOT_ENTRIES : TABLE_ENTRIES;
  const leaf = flags.read || flags.execute;
  const kind = !flags.valid ? 'invalid' : leaf ? 'page' : 'table';
  const napot = flags.napot && level === 0;
  let frame = (value >> 10n) & PPN_MASK;
  if (napot) frame &= ~(NAPOT_PAGES - 1n);
  return {
    ...read,
    index: Number((address >> 3n) % entries),
    flags,
    kind,
    target: frame << 12n,
    pageSize: kind === 'page' ? 2 ** (12 + 9 * level) * (napot ? Number(NAPOT_PAGES) : 1) : 0,
  };
}
