import { LayoutValue } from '../abi.js';
import type { Core } from '../core.js';
import { InternalError } from '../errors.js';
import type { TranslatorExports } from './exports.js';

/** Why there is no region at an address, by number (assembly/jit/inspect.ts). */
export const NO_REGION_CAUSES = ['unmapped', 'undecoded', 'untranslatable', 'noRoom'] as const;
export type NoRegionCause = (typeof NO_REGION_CAUSES)[number];

/** From which byte of the module on which instruction's Wasm stands. */
export interface RegionMark {
  readonly offset: number;
  /** Bytes from the start of the entry's page; `undefined` for what belongs to no instruction. */
  readonly place: number | undefined;
}

/** What the translator makes of the code at an address. */
export interface EmittedRegion {
  /** The module with the region's function alone. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** By their offsets. */
  readonly marks: readonly RegionMark[];
}

/** Ends the marks; as a place, it is none. */
const NONE = 0xffff_ffff;
const MARK_SIZE = 8;

/**
 * Emits the region that begins at `pc` of a hart, without installing it: nothing changes for the guest.
 *
 * @param eager follow code that was never executed, too
 * @returns the cause if there is no region
 * @throws InternalError for an engine that translates nothing
 */
export function inspectRegion(
  core: Core,
  vm: number,
  hart: number,
  pc: bigint,
  eager: boolean,
): EmittedRegion | NoRegionCause {
  const { translatorInspect } = core.exports as Partial<TranslatorExports>;
  if (translatorInspect === undefined) {
    throw new InternalError(`the engine '${core.engine.name}' has no translator`);
  }
  const size = translatorInspect(vm, hart, pc, eager ? 1 : 0) >>> 0;
  const area = core.layout(LayoutValue.Transfer);
  const end = core.layout(LayoutValue.TransferSize);
  const record = new DataView(core.bytes.slice(area, area + end).buffer);
  if (size === 0) return NO_REGION_CAUSES[record.getUint32(0, true)] ?? 'untranslatable';
  const buffer = core.layout(LayoutValue.CodeBuffer);
  return { module: core.bytes.slice(buffer, buffer + size), marks: readMarks(record) };
}

function readMarks(record: DataView): RegionMark[] {
  const marks: RegionMark[] = [];
  for (let at = 0; at + MARK_SIZE <= record.byteLength; at += MARK_SIZE) {
    const offset = record.getUint32(at, true);
    if (offset === NONE) break;
    const place = record.getUint32(at + 4, true);
    marks.push({ offset, place: place === NONE ? undefined : place });
  }
  return marks;
}
