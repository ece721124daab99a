/** The test finisher (SiFive's, as on QEMU's board): a write ends the machine; reads yield 0. */
import { requestExit } from '../bus/exit';
import { EXIT_RESET, EXIT_SHUTDOWN } from '../vm/vm';

const FAIL: u32 = 0x3333;
const PASS: u32 = 0x5555;
const RESET: u32 = 0x7777;

/**
 * Writes `value`, of 2 or 4 bytes, at `offset`: the low half says what, the high half is the exit
 * code of a failure. Any other value, or offset, does nothing.
 */
export function finisherStore(hart: usize, offset: u32, value: u32, bytes: u32): void {
  if (offset !== 0) return;
  const what = value & 0xffff;
  if (what === PASS) requestExit(hart, EXIT_SHUTDOWN, 0);
  else if (what === FAIL) requestExit(hart, EXIT_SHUTDOWN, bytes === 2 ? 0 : value >> 16);
  else if (what === RESET) requestExit(hart, EXIT_RESET, 0);
}
