/** The host's end of the UARTs' wires. Bytes cross in the TRANSFER area. */
import { TRANSFER, TRANSFER_SIZE } from '../layout';
import { UART_IN_SIZE, UARTS, uartOf } from '../vm/vm';
import { updateUartInterrupt } from './uart';
import { inCount, outCount, outFull, putIn, takeOut } from './uart-rings';

/**
 * Moves pending output of a port (0 console, 1 agent) to TRANSFER, TRANSFER_SIZE bytes at most.
 * Returns how many; 0 for a port that does not exist.
 */
export function uartTake(vm: usize, port: u32): u32 {
  if (port >= UARTS) return 0;
  const uart = uartOf(vm, port);
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
 * Gives a port the first `count` bytes of TRANSFER as input. Returns how many were accepted, as
 * far as its ring has room; the rest is to be given again later. 0 for a port that does not exist.
 */
export function uartGive(vm: usize, port: u32, count: u32): u32 {
  if (port >= UARTS) return 0;
  const uart = uartOf(vm, port);
  const room = UART_IN_SIZE - inCount(uart);
  const accepted = min<u32>(min<u32>(count, TRANSFER_SIZE), room);
  for (let i: u32 = 0; i < accepted; i++) putIn(uart, load<u8>(TRANSFER + i));
  updateUartInterrupt(vm, uart);
  return accepted;
}
