import { SnapshotError } from '../core/errors.js';
import { BLOCK_PAGES } from './format.js';
import { Manifest } from './manifest.js';
import type { Pack } from './pack.js';
import type { SnapshotProgress } from './snapshot-info.js';
import type { ReaderSurroundings } from './snapshot-reader.js';

export interface VerifyOptions {
  readonly progress?: SnapshotProgress;
  readonly signal?: AbortSignal;
}

/** What was read and found sound. */
export interface VerifyReport {
  readonly snapshots: number;
  readonly packs: number;
  /** Pages of 4 KiB in the packs, each hashed. */
  readonly pages: number;
  /** Of manifests and packs. */
  readonly bytes: number;
}

/**
 * Reads snapshots and packs to the last byte, and compares all hashes: those of pages with what their packs say,
 * and what the snapshots say with that.
 *
 * @param spare packs that no snapshot needs to name
 * @throws SnapshotError 'damaged', 'missing' or 'version' naming the first that is not as it should be
 */
export async function verifySnapshots(
  around: ReaderSurroundings,
  snapshots: readonly string[],
  spare: readonly string[],
  { progress, signal }: VerifyOptions,
): Promise<VerifyReport> {
  const manifests: Manifest[] = [];
  for (const id of snapshots) {
    const manifest = await Manifest.open(around.objects, around.tools, id, true);
    const { areas, sections } = manifest.front;
    for (let area = 0; area < areas.length; area++) await manifest.numbers(area);
    for (let section = 0; section < sections.length; section++) await manifest.section(section);
    manifests.push(manifest);
  }
  const packs = await packsOf(around, manifests, spare);
  const total = [...packs.values()].reduce((sum, { pages }) => sum + pages, 0);
  let done = 0;
  for (const pack of packs.values()) {
    await pack.verify((pages) => {
      done += pages;
      progress?.(done, total);
    }, signal);
  }
  for (const manifest of manifests) {
    signal?.throwIfAborted();
    await comparePages(around, manifest, packs);
  }
  const sized: { readonly size: number }[] = [...manifests, ...packs.values()];
  return {
    snapshots: manifests.length,
    packs: packs.size,
    pages: done,
    bytes: sized.reduce((sum, { size }) => sum + size, 0),
  };
}

/** The packs that manifests draw on; if one is gone, all: its pages may be in any. */
async function packsOf(
  { packs }: ReaderSurroundings,
  manifests: readonly Manifest[],
  spare: readonly string[],
): Promise<Map<string, Pack>> {
  const there = new Set(await packs.list());
  const wanted = new Set(spare);
  for (const { placement } of manifests) {
    for (const { id } of placement.packs) {
      if (there.has(id)) wanted.add(id);
      else for (const any of there) wanted.add(any);
    }
  }
  const found = new Map<string, Pack>();
  for (const id of wanted) found.set(id, await packs.open(id));
  return found;
}

/** Each page's hash must be at its place, or, if its pack is gone, somewhere. */
async function comparePages(
  { objects }: ReaderSurroundings,
  manifest: Manifest,
  packs: ReadonlyMap<string, Pack>,
): Promise<void> {
  const named = manifest.placement.packs.map(({ id }) => packs.get(id));
  const rows = new Map<Pack, Int32Array>();
  for (const pack of new Set(named)) {
    if (pack !== undefined) rows.set(pack, await rowsByPlace(pack));
  }
  const { areas } = manifest.front;
  for (let area = 0; area < areas.length; area++) {
    const { hashes, places } = await manifest.table(area);
    for (let index = 0; index * 2 < places.length; index++) {
      const pack = named[places[2 * index] as number];
      let sound: boolean;
      if (pack === undefined) {
        sound = [...packs.values()].some((other) => other.find(hashes, index) >= 0);
      } else {
        const row = rows.get(pack)?.[places[2 * index + 1] as number] ?? -1;
        sound = row >= 0 && pack.hashIs(row, hashes, index);
      }
      if (sound) continue;
      throw new SnapshotError(
        'missing',
        `${objects.name}: page ${(await manifest.numbers(area))[index]} of ${areas[area]?.name} in snapshot ${manifest.id} is in no pack`,
      );
    }
  }
}

/** A pack's rows in its index by place, -1 where none is. */
async function rowsByPlace(pack: Pack): Promise<Int32Array> {
  const { places } = await pack.index();
  const rows = new Int32Array(pack.blocks * BLOCK_PAGES).fill(-1);
  for (let row = 0; row < places.length; row++) rows[places[row] as number] = row;
  return rows;
}
