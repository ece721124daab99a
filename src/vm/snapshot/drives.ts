import { PAGE_SIZE } from '../../core/abi.js';
import { SnapshotError } from '../../core/errors.js';
import type { Disk } from '../../machine/disk.js';
import { SnapshotDisk } from '../../snapshot/snapshot-disk.js';
import type { SnapshotDiskInfo } from '../../snapshot/snapshot-info.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { SnapshotWriter } from '../../snapshot/snapshot-writer.js';
import { BranchingDisk } from '../../storage/branching/branching-disk.js';
import { BLOCK_SIZE } from '../../storage/branching/changed-blocks.js';
import type { FrozenDrive } from './frozen-machine.js';
import { keepPages } from './keep-pages.js';
import { type DriveRecord, driveArea } from './record.js';

const PAGES_A_BLOCK = BLOCK_SIZE / PAGE_SIZE;

/** What drives are to be written relative to. */
export interface DriveBase {
  /** Of the same store; a snapshot of the same drives. */
  readonly reader: SnapshotReader;
  /** Since when each has changed from what is there. */
  readonly marks: readonly (number | undefined)[];
}

/**
 * Writes the drives that can be written to, each whole: what its base holds and what was written since. A disk's end
 * that is no whole page is filled with zeros.
 *
 * @returns what the snapshot is to say of each drive
 */
export async function takeDrives(
  records: readonly DriveRecord[],
  drives: readonly (FrozenDrive | undefined)[],
  writer: SnapshotWriter,
  base: DriveBase | undefined,
  pace: () => Promise<void>,
): Promise<SnapshotDiskInfo[]> {
  const infos: SnapshotDiskInfo[] = [];
  for (const [index, { size }] of records.entries()) {
    const drive = drives[index];
    if (drive === undefined) {
      infos.push({ size, blocks: 0, kind: 'given' });
      continue;
    }
    const area = driveArea(index);
    const mark = base?.marks[index];
    const changed = new Set(
      mark === undefined ? await blocksWithData(drive.disk) : drive.disk.changedSince(mark),
    );
    let blocks = 0;
    for (const block of changed) {
      await pace();
      blocks += await takeBlock(drive.disk, block, area, writer);
    }
    if (base !== undefined && mark !== undefined) {
      const isKept = (page: number) => !changed.has(Math.floor(page / PAGES_A_BLOCK));
      const kept = base.reader.pages(area).filter(isKept);
      await keepPages(writer, area, base.reader, kept, pace);
      blocks += kept.length;
    }
    infos.push({ size, blocks, kind: 'stored' });
  }
  return infos;
}

async function blocksWithData(disk: BranchingDisk): Promise<number[]> {
  const blocks = new Set<number>();
  for await (const { offset, length } of disk.extents(0, disk.size)) {
    const end = Math.ceil((offset + length) / BLOCK_SIZE);
    for (let block = Math.floor(offset / BLOCK_SIZE); block < end; block++) blocks.add(block);
  }
  return [...blocks];
}

/** Adds the pages of a block that are not zeros; how many. */
async function takeBlock(
  disk: Disk,
  block: number,
  area: string,
  writer: SnapshotWriter,
): Promise<number> {
  const offset = block * BLOCK_SIZE;
  const bytes = new Uint8Array(BLOCK_SIZE);
  await disk.read(offset, bytes.subarray(0, disk.size - offset));
  const numbers: number[] = [];
  for (let page = 0; page < PAGES_A_BLOCK; page++) {
    const content = bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    if (!content.some(Boolean)) continue;
    bytes.copyWithin(numbers.length * PAGE_SIZE, page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    numbers.push(block * PAGES_A_BLOCK + page);
  }
  const kept = bytes.subarray(0, numbers.length * PAGE_SIZE);
  await writer.addPages(area, Uint32Array.from(numbers), kept);
  return numbers.length;
}

/**
 * The drives of a restored VM: those that could be written to begin as they were, and write to memory; those that could
 * not are `given` again, in their order.
 *
 * @throws SnapshotError 'missing' for one that is not given or has another size
 */
export function restoreDrives(
  records: readonly DriveRecord[],
  reader: SnapshotReader,
  given: readonly Disk[],
): Disk[] {
  const left = [...given];
  const drives = records.map(({ size, readOnly }, index) => {
    if (!readOnly) return BranchingDisk.over(new SnapshotDisk(reader, driveArea(index), size));
    const disk = left.shift();
    if (disk?.size === size) return disk;
    const found = disk === undefined ? 'none is left' : `this one has ${disk.size}`;
    throw new SnapshotError(
      'missing',
      `the snapshot's drive ${index} was read-only and is not in it: a disk of ${size} bytes is to be given, ` +
        `and ${found}`,
    );
  });
  if (left.length === 0) return drives;
  throw new SnapshotError(
    'version',
    `${given.length} drives were given, and the snapshot wants ${given.length - left.length}`,
  );
}
