import type { CoreExports } from '../../../src/core/abi.js';
import { LayoutValue } from '../../../src/core/abi.js';
import type { BaselineHost } from '../host.js';
import { FIRST_FRAME, MAX_HARTS, TRANSFER, TRANSFER_SIZE } from '../layout.js';
import { HostMemory } from '../memory/host-memory.js';

type HostAbi = Pick<
  CoreExports,
  'hostInitialize' | 'hostFramesUsed' | 'hostFrameLimit' | 'hostSkipFrames' | 'layoutValue'
>;

/** By the numbers of LayoutValue; control blocks and decoded code are objects and take no frames. */
const LAYOUT: ReadonlyMap<number, number> = new Map([
  [LayoutValue.Transfer, TRANSFER],
  [LayoutValue.TransferSize, TRANSFER_SIZE],
  [LayoutValue.FirstFrame, FIRST_FRAME],
  [LayoutValue.MaxHarts, MAX_HARTS],
]);

/** The part of the ABI that is about the host's memory. */
export function hostAbi(host: BaselineHost): HostAbi {
  return {
    hostInitialize(frameLimit) {
      host.memory = new HostMemory(frameLimit >>> 0);
    },
    hostFramesUsed: () => host.memory?.used ?? 0,
    hostFrameLimit: () => host.memory?.limit ?? 0,
    // A placement aid that the core's tests use: there is nothing here whose place matters.
    hostSkipFrames: () => 0,
    layoutValue: (which) => LAYOUT.get(which) ?? 0,
  };
}
