/** The host's end of the UART's wires. Bytes cross in the TRANSFER area. */
import { TRANSFER, TRANSFER_SIZE } from '../layout';
import { UART_IN_SIZE, uartOf } from '../vm/vm';
import { updateUartInterrupt } from './uart';
import { inCount, outCount, outFull, putIn, takeOut } from './uart-rings';

/** Moves pending output to TRANSFER, TRANSFER_SIZE bytes at most; how many. */
export function uartTake(vm: usize): u32 {
  const uart = uartOf(vm);
  const wasFull = outFull(uart);
  const count = min<u32>(outCount(uart), TRANSFER_SIZE);
  for (let i: u32 = 0; i < count; i++) store<u8>(TRANSFER + i, takeOut(uart));
  if (wasFull) {
    uart.thrPending = 1;
    updateUartInterrupt(vm, uart);
  }
  return count;
}

/**
 * Gives the first `count` bytes of TRANSFER as input. Returns how many were accepted, as far as the
 * ring has room; the rest is to be given again later.
 */
export function uartGive(vm: usize, count: u32): u32 {
  const uart = uartOf(vm);
  const room = UART_IN_SIZE - inCount(uart);
  const accepted = min<u32>(min<u32>(count, TRANSFER_SIZE), room);
  for (let i: u32 = 0; i < accepted; i++) putIn(uart, load<u8>(TRANSFER + i));
  updateUartInterrupt(vm, uart);
  return accepted;
}
