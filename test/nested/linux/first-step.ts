import { REGIME_COUNTERS, REGIMES } from '../../../src/core/abi.js';
import { ExitReason } from '../../../src/core/exit-reason.js';
import type { RunSteps } from '../../../src/vm/run-observer.js';
import type { Vm } from '../../../src/vm/vm.js';

/** Steps between two looks, of 600 million that a boot takes. */
const PIECE = 20_000n;
const VIRTUAL_SUPERVISOR = REGIMES.indexOf('virtualSupervisor');
const STEPS = REGIME_COUNTERS.indexOf('steps');

/**
 * Cuts the calls into the core, which no guest can notice, until the first step in VS-mode: KVM starts a
 * guest's kernel there. Resolves with the instructions that had retired by then, up to 20,000 too many.
 */
export function firstVirtualStep(vm: Vm): Promise<bigint> {
  const { core, machine, loop } = vm.inside;
  const { hartRegimeCounter } = core.exports;
  return new Promise((resolve) => {
    const look = () => {
      if (hartRegimeCounter(machine.handle, 0, VIRTUAL_SUPERVISOR, STEPS) === 0n) return;
      loop.observer = undefined;
      resolve(machine.counts().instructions);
    };
    loop.observer = {
      run: (budget: bigint, run: RunSteps) => {
        for (let left = budget; ; ) {
          const before = machine.steps();
          const asked = left < PIECE ? left : PIECE;
          const reason = run(asked);
          const taken = machine.steps() - before;
          left -= taken;
          look();
          if (reason !== ExitReason.Budget || left <= 0n || taken < asked) return reason;
        }
      },
      enter: () => {},
    };
  });
}
