import type { Hart } from '../hart/hart.js';
import { requestStop } from '../hart/interrupts.js';
import { EXIT_BUDGET, EXIT_CONSOLE, EXIT_DOORBELL } from '../vm/vm.js';

/** Whether `reason` only hands something over, so that the run goes on as if it had not ended. */
function isHandOver(reason: number): boolean {
  return reason === EXIT_BUDGET || reason === EXIT_CONSOLE || reason === EXIT_DOORBELL;
}

/**
 * Ends the run after the current instruction with a reason that ends the machine (EXIT_SHUTDOWN,
 * EXIT_RESET). The first such request stands; a pending hand-over yields to it.
 */
export function requestExit(hart: Hart, reason: number, code: number): void {
  const { vm } = hart;
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
export function requestHandOver(hart: Hart, reason: number): void {
  const { vm } = hart;
  if (vm.exitPending === EXIT_BUDGET) vm.exitPending = reason;
  requestStop(hart);
}
