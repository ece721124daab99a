import type { HostMemory } from './memory/host-memory.js';
import type { Vm } from './vm/vm.js';

/** A host of the baseline: its memory, once it is initialized, and its VMs by handle. */
export class BaselineHost {
  memory: HostMemory | undefined;
  readonly vms = new Map<number, Vm>();

  /** @throws Error for a handle of no VM, a fault of the caller. */
  vm(handle: number): Vm {
    const vm = this.vms.get(handle);
    if (vm === undefined) throw new Error(`there is no VM ${handle}`);
    return vm;
  }
}
