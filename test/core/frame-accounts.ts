import { PAGE_SIZE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { FRAME_RECORD, FRAME_TABLE } from '../virtio/accounts.js';

/** The first level of the guest map stands in the second page of a VM's block (assembly/vm/vm.ts). */
const MAP = PAGE_SIZE;
const TABLE_PAGES = 512;
const PRESENT = 1 << 24;
const FRAME = 0xf_ffff;
/** In a frame's record (assembly/frames/host.ts). */
const REFERENCES = 8;
const PAGE = 20;

/** A VM by its handle, and its RAM. */
export interface MappedMachine {
  readonly vm: number;
  readonly ram: { readonly size: number };
}

/** What some machines map. */
export interface MappedFrames {
  /** Frames of sub-tables, and how many of the machines have each. */
  readonly tables: ReadonlyMap<number, number>;
  /** Frames of pages, and the sub-tables that name each. */
  readonly pages: ReadonlyMap<number, readonly [number, ...number[]]>;
}

/** @throws Error for an answer of the core's that the maps contradict */
export function framesOf(core: Core, machines: readonly MappedMachine[]): MappedFrames {
  const view = new DataView(core.memory.buffer);
  const tables = new Map<number, number>();
  for (const { vm, ram } of machines) {
    for (let first = 0; first < ram.size / PAGE_SIZE; first += TABLE_PAGES) {
      const at = view.getUint32(vm * PAGE_SIZE + MAP + (4 * first) / TABLE_PAGES, true);
      if (at !== 0) tables.set(at / PAGE_SIZE, (tables.get(at / PAGE_SIZE) ?? 0) + 1);
      for (let page = first; page < first + TABLE_PAGES; page++) {
        const frame = at === 0 ? 0 : frameIn(view, at, page);
        const told = core.exports.vmFrame(vm, page, 0) >>> 0;
        if (told !== frame) throw new Error(`page ${page} has frame ${frame}, and not ${told}`);
      }
    }
  }
  const pages = new Map<number, [number, ...number[]]>();
  for (const table of tables.keys()) {
    for (let entry = 0; entry < TABLE_PAGES; entry++) {
      const frame = frameIn(view, table * PAGE_SIZE, entry);
      if (frame === 0) continue;
      if (recordOf(view, frame, PAGE) % TABLE_PAGES !== entry) {
        throw new Error(`frame ${frame} is said to be another page than the maps name it for`);
      }
      const known = pages.get(frame);
      if (known === undefined) pages.set(frame, [table]);
      else known.push(table);
    }
  }
  return { tables, pages };
}

/** @throws Error for a frame whose record counts other references than all of a host's machines have */
export function checkReferences(core: Core, { tables, pages }: MappedFrames): void {
  const view = new DataView(core.memory.buffer);
  const had = [...tables, ...[...pages].map(([frame, users]) => [frame, users.length] as const)];
  for (const [frame, users] of had) {
    const counted = recordOf(view, frame, REFERENCES);
    if (counted !== users) throw new Error(`frame ${frame} is had ${users} times, not ${counted}`);
  }
}

function frameIn(view: DataView, table: number, page: number): number {
  const state = view.getUint32(table + 8 * (page % TABLE_PAGES), true);
  return state & PRESENT ? state & FRAME : 0;
}

const recordOf = (view: DataView, frame: number, field: number) =>
  view.getUint32(FRAME_TABLE + frame * FRAME_RECORD + field, true);
