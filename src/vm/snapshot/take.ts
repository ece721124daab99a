import { PAGE_SIZE, RAM_BASE } from '../../core/abi.js';
import type { PlacedBytes } from '../../machine/boot.js';
import type { SnapshotInfo } from '../../snapshot/snapshot-info.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';
import type { SnapshotWriter } from '../../snapshot/snapshot-writer.js';
import type { RestOptions } from '../fork.js';
import { takeDrives } from './drives.js';
import type { FrozenMachine } from './frozen-machine.js';
import { keepPages } from './keep-pages.js';
import { BOOT_AREA, MEMORY_AREA } from './record.js';

/** Pages that are hashed before a VM that runs has its turn. */
const BATCH = 128;

export interface SnapshotOptions extends RestOptions {
  readonly store: SnapshotStore;
  /** A snapshot of this VM, or the one that it was restored from, in the same store: only what changed since is read. */
  readonly parent?: SnapshotInfo | string;
  /** By which people find it. */
  readonly name?: string;
  readonly signal?: AbortSignal;
  /** Called when nothing that the VM does from then on is in the snapshot. */
  readonly frozen?: () => void;
}

/** What a VM remembers of a snapshot, to take the next by what changed. */
export interface Taken {
  readonly store: SnapshotStore;
  /** Of the machine in the core; it is another one after a reboot (GuestMachine.boots). */
  readonly boots: number;
  readonly epoch: number;
  /** A mark for each drive. */
  readonly marks: readonly (number | undefined)[];
}

/**
 * Writes a machine that was frozen into a store, all or nothing.
 *
 * @param since what the parent was taken of, if it was this machine
 * @param breathe lets the host's VMs have their turns
 * @throws SnapshotError, MemoryShortageError, the signal's reason
 */
export async function writeSnapshot(
  frozen: FrozenMachine,
  bootContents: () => Promise<readonly PlacedBytes[]>,
  options: SnapshotOptions,
  since: Taken | undefined,
  breathe: () => Promise<void>,
): Promise<SnapshotInfo> {
  const { store, signal, name } = options;
  const parentId = typeof options.parent === 'string' ? options.parent : options.parent?.id;
  const parent = parentId === undefined ? undefined : await store.open(parentId);
  const base = since === undefined ? undefined : parent;
  let writer: SnapshotWriter | undefined;
  try {
    const pace = async () => {
      signal?.throwIfAborted();
      await breathe();
    };
    await pace();
    writer = await store.begin();
    await pace();
    for (const [section, bytes] of frozen.sections()) writer.setState(section, bytes);
    await writeMemory(frozen, writer, base, since?.epoch ?? 0, pace);
    if (base === undefined) await writeBoot(await bootContents(), writer, pace);
    else await keepPages(writer, BOOT_AREA, base, base.pages(BOOT_AREA), pace);
    const { record, drives } = frozen;
    const driveBase = base && since && { reader: base, marks: since.marks };
    const disks = await takeDrives(record.drives, drives, writer, driveBase, pace);
    await pace();
    const { memory, cpus, cpu } = record.shape;
    return await writer.finish({
      time: frozen.time,
      memory,
      cpus,
      cpu,
      disks,
      machine: record,
      ...(name === undefined ? {} : { name }),
      ...(parent === undefined ? {} : { parent: parent.info.id }),
    });
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    parent?.close();
  }
}

async function writeMemory(
  frozen: FrozenMachine,
  writer: SnapshotWriter,
  base: SnapshotReader | undefined,
  since: number,
  pace: () => Promise<void>,
): Promise<void> {
  const changed = new Set<number>();
  for (const { numbers, bytes, zeros } of frozen.changed(since)) {
    await pace();
    if (base !== undefined)
      for (const list of [numbers, zeros]) for (const page of list) changed.add(page);
    await writer.addPages(MEMORY_AREA, numbers, bytes);
  }
  if (base === undefined) return;
  const kept = base.pages(MEMORY_AREA).filter((page) => !changed.has(page));
  await keepPages(writer, MEMORY_AREA, base, kept, pace);
}

/** The images, so that the guest can reboot wherever it is restored; most of their pages are in its memory as well. */
async function writeBoot(
  contents: readonly PlacedBytes[],
  writer: SnapshotWriter,
  pace: () => Promise<void>,
): Promise<void> {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of contents) {
    const offset = Number(address - RAM_BASE);
    for (let done = 0; done < bytes.length; ) {
      const page = Math.floor((offset + done) / PAGE_SIZE);
      const start = (offset + done) % PAGE_SIZE;
      const piece = bytes.subarray(done, done + PAGE_SIZE - start);
      const before = pages.get(page);
      if (before === undefined && piece.length === PAGE_SIZE) pages.set(page, piece);
      else {
        // Never into the bytes of an image: they are the plan's.
        const whole = before?.slice() ?? new Uint8Array(PAGE_SIZE);
        whole.set(piece, start);
        pages.set(page, whole);
      }
      done += piece.length;
    }
  }
  const numbers = [...pages.keys()].sort((a, b) => a - b);
  for (let at = 0; at < numbers.length; at += BATCH) {
    await pace();
    const batch = numbers.slice(at, at + BATCH).filter((page) => pages.get(page)?.some(Boolean));
    const bytes = new Uint8Array(batch.length * PAGE_SIZE);
    for (const [index, page] of batch.entries())
      bytes.set(pages.get(page) ?? [], index * PAGE_SIZE);
    await writer.addPages(BOOT_AREA, Uint32Array.from(batch), bytes);
  }
}
