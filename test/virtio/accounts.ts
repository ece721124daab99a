import { LayoutValue, PAGE_SIZE, RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';

/** The frame table, a record of 32 bytes for each frame (assembly/layout.ts, assembly/frames/host.ts). */
export const FRAME_TABLE = 0x10_0000;
export const FRAME_RECORD = 32;
const PINS = 28;

/** Pins of the frame behind each present page of a VM's RAM, by page number; those without are left out. */
export function pinsOf(core: Core, vm: number, ramBytes: number): Map<number, number> {
  const pins = new Map<number, number>();
  for (let page = 0; page < ramBytes / PAGE_SIZE; page++) {
    const frame = core.exports.vmFrame(vm, page, 0) >>> 0;
    if (frame === 0) continue;
    const view = new DataView(core.memory.buffer, FRAME_TABLE + frame * FRAME_RECORD);
    const count = view.getUint32(PINS, true);
    if (count !== 0) pins.set(page, count);
  }
  return pins;
}

export const pageOf = (address: bigint): number => Number((address - RAM_BASE) >> 12n);

/** The host's limit of frames in use, in its block (assembly/frames/host.ts). */
const LIMIT = 0x1_0004;

/** Sets the host's limit so that so many more frames can be had. */
export function leaveFrames(core: Core, count: number): void {
  new DataView(core.memory.buffer).setUint32(LIMIT, core.framesUsed() + count, true);
}

/** Frames that a VM of one hart takes before its RAM does. */
export const controlFrames = (core: Core): number =>
  core.layout(LayoutValue.VmFrames) + core.layout(LayoutValue.HartFrames);
