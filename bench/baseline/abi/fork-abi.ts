import type { CoreExports } from '../../../src/core/abi.js';

type ForkAbi = Pick<
  CoreExports,
  | 'vmFork'
  | 'vmFramesShared'
  | 'vmChangedPages'
  | 'vmExpect'
  | 'vmMissing'
  | 'vmFill'
  | 'vmSaveState'
  | 'vmLoadState'
>;

/** The part of the ABI by which VMs are forked and restored. There is nothing of it: `Engine.forks` says so. */
export function forkAbi(): ForkAbi {
  return {
    vmFork: () => 0,
    vmFramesShared: () => 0,
    vmChangedPages: () => 0,
    vmExpect: () => 0,
    vmMissing: () => 0,
    vmFill: () => 0,
    vmSaveState: () => 0,
    vmLoadState: () => 0,
  };
}
