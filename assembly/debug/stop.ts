import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { EXIT_DEBUG, vmAt } from '../vm/vm';
import { debugOf, passes, setPasses } from './record';

/**
 * Ends the run before the instruction at `pc`, of which nothing was done. When the VM goes on, that
 * instruction is executed first, and what stopped it does not stop it again.
 */
export function stopForDebugger(hart: usize, kind: u32, pass: u8, address: u64): void {
  const vm = <usize>at(hart).vm;
  const index = at(hart).index;
  const debug = debugOf(vm);
  debug.stopHart = index;
  debug.stopKind = kind;
  debug.stopAddress = address;
  setPasses(vm, index, passes(vm, index) | pass);
  vmAt(vm).exitPending = EXIT_DEBUG;
  requestStop(hart);
}
