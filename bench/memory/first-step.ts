import type { Vm } from 'hartwood';

/** No terminal has been as large before. */
let columns = 100;

/**
 * When a VM has taken its next step, by `performance.now()`. An idle guest would take none for a while: it is told that its
 * terminal has another size, which is an interrupt.
 */
export function firstStep(vm: Vm): Promise<number> {
  const { loop, machine } = vm.inside;
  const from = machine.steps();
  const taken = new Promise<number>((resolve) => {
    loop.observer = {
      enter: () => {},
      run: (_budget, run) => {
        const reason = run(1n);
        if (machine.steps() === from) return reason;
        resolve(performance.now());
        loop.observer = undefined;
        return reason;
      },
    };
  });
  columns = (columns % 1000) + 1;
  vm.resize(columns, 40);
  return taken;
}
