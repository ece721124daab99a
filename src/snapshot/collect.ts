import { SnapshotError } from '../core/errors.js';
import { BLOCK_PAGES, HASH_SIZE, PACKS, PAGE_SIZE } from './format.js';
import { compareHashes } from './hash-order.js';
import { Manifest } from './manifest.js';
import type { Pack } from './pack.js';
import { PackWriter } from './pack-writer.js';
import type { ReaderSurroundings } from './snapshot-reader.js';

/** What a collection gave back. */
export interface Collected {
  /** Pages that no snapshot named. */
  readonly pages: number;
  /** Of the place where the store is. */
  readonly bytes: number;
}

/** A pack, and which of its places some snapshot names. */
interface Candidate {
  readonly pack: Pack;
  readonly alive: Uint8Array;
  count: number;
}

/**
 * Deletes packs that no snapshot names, and rewrites those of which less than half is named. What is rewritten is
 * durable before its old packs go, so this may end anywhere. Packs that this process's writers and readers use
 * stay; other processes' writers must be kept away.
 *
 * @throws SnapshotError 'damaged' or 'version' for a snapshot that cannot be read: nobody knows what it names
 */
export async function collectPacks(
  around: ReaderSurroundings,
  snapshots: readonly string[],
): Promise<number> {
  const { objects, packs, tools, uses } = around;
  const ids = await packs.list();
  const candidates = new Map<string, Candidate>();
  const unreadable = new Set<string>();
  for (const id of ids) {
    try {
      const pack = await packs.open(id);
      await pack.index();
      const alive = new Uint8Array(pack.blocks * BLOCK_PAGES);
      candidates.set(id, { pack, alive, count: 0 });
    } catch (error) {
      if (!isOf(error, 'damaged', 'version')) throw error;
      unreadable.add(id);
    }
  }
  for (const id of snapshots) {
    try {
      const manifest = await Manifest.open(objects, tools, id, false);
      for (const pack of manifest.placement.packs) unreadable.delete(pack.id);
      await markAlive(manifest, candidates);
    } catch (error) {
      // Somebody deleted it meanwhile.
      if (!isOf(error, 'missing')) throw error;
    }
  }
  const dead = [...candidates.values()].filter(
    ({ pack, count }) => count * 2 < pack.pages && uses.mayDelete(pack.id),
  );
  const moved = await rewrite(around, dead);
  let freed = 0;
  for (const { pack, count } of moved) {
    // From asking to condemning nobody else has a turn: no writer finds it in between.
    if (!uses.mayDelete(pack.id)) continue;
    packs.condemn(pack.id);
    await objects.delete(PACKS + pack.id);
    freed += pack.pages - count;
  }
  for (const id of unreadable) {
    if (!uses.mayDelete(id)) continue;
    packs.condemn(id);
    await objects.delete(PACKS + id);
  }
  return freed;
}

async function markAlive(
  manifest: Manifest,
  candidates: ReadonlyMap<string, Candidate>,
): Promise<void> {
  const { packs } = manifest.placement;
  const named = packs.map(({ id }) => candidates.get(id));
  for (let area = 0; area < manifest.front.areas.length; area++) {
    const { hashes, places } = await manifest.table(area);
    for (let row = 0; row * HASH_SIZE < hashes.length; row++) {
      let place = places[2 * row + 1] as number;
      let candidate = named[places[2 * row] as number];
      if (candidate === undefined) {
        // Its pack is gone: a collection has moved the page.
        for (const other of candidates.values()) {
          place = other.pack.find(hashes, row);
          candidate = other;
          if (place >= 0) break;
        }
      }
      // A page that is nowhere is found missing by those who read it.
      if (candidate?.alive[place] !== 0) continue;
      candidate.alive[place] = 1;
      candidate.count++;
    }
  }
}

/** Puts what is alive into a new pack. Returns those of which nothing more is needed. */
async function rewrite(
  { objects, tools }: ReaderSurroundings,
  dead: readonly Candidate[],
): Promise<Candidate[]> {
  const writer = new PackWriter(objects, tools);
  try {
    const moved: Candidate[] = [];
    for (const candidate of dead) {
      try {
        if (candidate.count > 0) await movePages(candidate, writer, tools);
        moved.push(candidate);
      } catch (error) {
        // What is sound in a damaged pack stays readable where it is.
        if (!isOf(error, 'damaged')) throw error;
      }
    }
    await writer.finish();
    return moved;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function movePages(
  { pack, alive }: Candidate,
  writer: PackWriter,
  tools: ReaderSurroundings['tools'],
): Promise<void> {
  const { hashes, places } = await pack.index();
  const rows = new Uint32Array(alive.length);
  for (let row = 0; row < places.length; row++) rows[places[row] as number] = row;
  for (let block = 0; block < pack.blocks; block++) {
    const first = block * BLOCK_PAGES;
    const slots = alive.subarray(first, first + BLOCK_PAGES);
    if (!slots.includes(1)) continue;
    const bytes = await pack.block(block);
    for (let slot = 0; slot < slots.length; slot++) {
      if (slots[slot] !== 1) continue;
      const page = bytes.subarray(slot * PAGE_SIZE, (slot + 1) * PAGE_SIZE);
      const row = rows[first + slot] as number;
      if (compareHashes(await tools.sha256(page), 0, hashes, row) !== 0) {
        throw pack.damaged(`page ${slot} of its block ${block} is not what its index says`);
      }
      if (writer.find(hashes, row) < 0) writer.add(page, hashes, row);
    }
    await writer.room();
  }
}

function isOf(error: unknown, ...kinds: string[]): boolean {
  return error instanceof SnapshotError && kinds.some((kind) => error.code === `snapshot-${kind}`);
}
