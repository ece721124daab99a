/** The test finisher (SiFive's, as on QEMU's board): a write ends the machine; reads yield 0. */
import { requestExit } from '../bus/exit.js';
import type { Hart } from '../hart/hart.js';
import { EXIT_RESET, EXIT_SHUTDOWN } from '../vm/vm.js';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

/**
 * Writes `value`, of 2 or 4 bytes, at `offset`: the low half says what, the high half is the exit
 * code of a failure. Any other value, or offset, does nothing.
 */
export function finisherStore(hart: Hart, offset: number, value: number, bytes: number): void {
  if (offset !== 0) return;
  const what = value & 0xffff;
  if (what === PASS) requestExit(hart, EXIT_SHUTDOWN, 0);
  else if (what === FAIL) requestExit(hart, EXIT_SHUTDOWN, bytes === 2 ? 0 : value >>> 16);
  else if (what === RESET) requestExit(hart, EXIT_RESET, 0);
}
