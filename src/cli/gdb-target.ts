import type { DebugTarget } from '../debug/session.js';
import { readKallsyms } from '../profile/linux/kallsyms.js';
import type { Vm } from '../vm/vm.js';

/**
 * A VM for debuggers that know the names which its program has, or else the Linux in its RAM has of
 * itself. That is searched for when a name is first asked for, and again until it is found: a guest that
 * boots has none yet.
 */
export function gdbTarget(vm: Vm): DebugTarget {
  let kernel: ReadonlyMap<string, bigint> | undefined;
  return {
    debugger: vm.debugger,
    stopped: vm.stopped,
    stop: () => vm.stop(),
    symbols: {
      get: (name) => {
        const own = vm.symbols.get(name);
        if (own !== undefined || vm.symbols.size > 0) return own;
        kernel ??= readKallsyms(vm.ram)?.addresses;
        return kernel?.get(name);
      },
    },
  };
}
