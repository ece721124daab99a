import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { EXIT_BUDGET, EXIT_CONSOLE, EXIT_DOORBELL, vmAt } from '../vm/vm';

/** Whether `reason` only hands something over, so that the run goes on as if it had not ended. */
function isHandOver(reason: u32): bool {
  return reason === EXIT_BUDGET || reason === EXIT_CONSOLE || reason === EXIT_DOORBELL;
}

/**
 * Ends the run after the current instruction with a reason that ends the machine (EXIT_SHUTDOWN,
 * EXIT_RESET). The first such request stands; a pending hand-over yields to it.
 */
export function requestExit(hart: usize, reason: u32, code: u32): void {
  const vm = vmAt(at(hart).vm);
  if (isHandOver(vm.exitPending)) {
    vm.exitPending = reason;
    vm.exitCode = code;
  }
  requestStop(hart);
}

/**
 * Ends the run after the current instruction so that the host takes output (EXIT_CONSOLE) or serves a
 * virtio slot (EXIT_DOORBELL).
 */
export function requestHandOver(hart: usize, reason: u32): void {
  const vm = vmAt(at(hart).vm);
  if (vm.exitPending === EXIT_BUDGET) vm.exitPending = reason;
  requestStop(hart);
}
