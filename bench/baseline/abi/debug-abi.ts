import type { CoreExports } from '../../../src/core/abi.js';
import type { BaselineHost } from '../host.js';
import { stepHart } from '../sched/run.js';

type DebugAbi = Pick<
  CoreExports,
  | 'vmSetBreakpoint'
  | 'vmClearBreakpoint'
  | 'vmSetWatchpoint'
  | 'vmClearWatchpoint'
  | 'vmDebugStop'
  | 'vmHoldHarts'
  | 'vmStepHart'
>;

/** The part of the ABI that is for debuggers. There are none but single steps: `Engine.debugs` says so. */
export function debugAbi(host: BaselineHost): DebugAbi {
  return {
    vmSetBreakpoint: () => 0,
    vmClearBreakpoint: () => 0,
    vmSetWatchpoint: () => 0,
    vmClearWatchpoint: () => 0,
    vmDebugStop: () => 0n,
    vmHoldHarts: () => undefined,
    vmStepHart: (vm, hart, now, rate) =>
      stepHart(
        host.vm(vm),
        hart,
        Number(BigInt.asUintN(64, now)),
        Number(BigInt.asUintN(64, rate)),
      ),
  };
}
