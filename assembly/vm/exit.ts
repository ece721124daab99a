import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { EXIT_MEMORY, vmAt } from './vm';

/** The host has no frame for a page this hart needs: the run ends, to be repeated after help. */
export function stopForMemory(hart: usize): void {
  vmAt(at(hart).vm).exitPending = EXIT_MEMORY;
  requestStop(hart);
}
