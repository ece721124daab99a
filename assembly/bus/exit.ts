import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { EXIT_BUDGET, EXIT_CONSOLE, vmAt } from '../vm/vm';

/**
 * Ends the run after the current instruction with a reason that ends the machine (EXIT_SHUTDOWN,
 * EXIT_RESET). The first such request stands; a pending console hand-over yields to it.
 */
export function requestExit(hart: usize, reason: u32, code: u32): void {
  const vm = vmAt(at(hart).vm);
  if (vm.exitPending === EXIT_BUDGET || vm.exitPending === EXIT_CONSOLE) {
    vm.exitPending = reason;
    vm.exitCode = code;
  }
  requestStop(hart);
}

/** Ends the run after the current instruction so that the host can take output. */
export function requestConsoleExit(hart: usize): void {
  const vm = vmAt(at(hart).vm);
  if (vm.exitPending === EXIT_BUDGET) vm.exitPending = EXIT_CONSOLE;
  requestStop(hart);
}
