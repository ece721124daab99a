import type { Vm } from 'hartwood';

/** What a meter is told of each call into the core that took steps. */
export type OnCall = (began: number, ended: number, steps: number) => void;

/** Watches a VM's calls into the core, by `performance.now()`, until the result is called. */
export function watchCalls(vm: Vm, onCall: OnCall): () => void {
  const { loop, machine } = vm.inside;
  loop.observer = {
    enter: () => {},
    run: (budget, run) => {
      const before = machine.steps();
      const began = performance.now();
      const reason = run(budget);
      const ended = performance.now();
      const steps = Number(machine.steps() - before);
      if (steps > 0) onCall(began, ended, steps);
      return reason;
    },
  };
  return () => {
    loop.observer = undefined;
  };
}
