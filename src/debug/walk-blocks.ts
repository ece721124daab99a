import type { TableEntry } from '../vm/walk/table-entry.js';
import type { Walk } from '../vm/walk/walk.js';

/** A walk of the G-stage, and what it is for. */
export interface WalkBlock {
  readonly what: string;
  /** The guest-physical address that is translated. */
  readonly address: bigint;
  readonly guest: readonly TableEntry[];
  /** The entry of the first stage that is read there; absent if the walk is for none, or failed. */
  readonly entry?: TableEntry;
}

/** The entries of a walk of two stages: each entry of the first with those of the G-stage that lead to it. */
export function walkBlocks(walk: Walk): WalkBlock[] {
  const blocks: WalkBlock[] = [];
  let guest: TableEntry[] = [];
  let leaf: TableEntry | undefined;
  for (const entry of walk.entries) {
    if (entry.stage === 'guest') {
      if (guest[0] !== undefined && guest[0].serves !== entry.serves) {
        blocks.push({ ...aim(walk, guest[0], leaf), guest });
        guest = [];
      }
      guest.push(entry);
    } else {
      const { level, index, address } = entry;
      blocks.push({ ...entryAim(level, index, address), guest, entry });
      guest = [];
      leaf = entry;
    }
  }
  if (guest[0] !== undefined) blocks.push({ ...aim(walk, guest[0], leaf), guest });
  return blocks;
}

/** What a walk is for that ends in no entry of the first stage. */
function aim(walk: Walk, { serves }: TableEntry, last: TableEntry | undefined) {
  const { firstStage, address } = walk;
  if (serves === 'address') {
    return { what: 'the address itself', address: walk.guestPhysical ?? address };
  }
  if (serves === 'update' && last !== undefined) {
    return { what: `A or D to be set in entry ${last.number}`, address: last.address };
  }
  const level = last === undefined ? (firstStage?.levels ?? 1) - 1 : last.level - 1;
  const index = (address >> BigInt(12 + 9 * level)) & 511n;
  return entryAim(level, index, (last?.target ?? firstStage?.root ?? 0n) + 8n * index);
}

const entryAim = (level: number, index: number | bigint, address: bigint) => ({
  what: `entry ${index} of the level ${level} table`,
  address,
});
