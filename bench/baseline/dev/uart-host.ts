/** The host's end of the UART's wires. Bytes cross in the TRANSFER area. */
import { TRANSFER, TRANSFER_SIZE } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import { updateUartInterrupt } from './uart.js';
import { inCount, outCount, outFull, putIn, takeOut, UART_IN_SIZE } from './uart-rings.js';

/** Moves pending output to TRANSFER, TRANSFER_SIZE bytes at most; how many. */
export function uartTake(vm: Vm): number {
  const { uart } = vm;
  const { u8 } = vm.memory;
  const wasFull = outFull(uart);
  const count = Math.min(outCount(uart), TRANSFER_SIZE);
  for (let i = 0; i < count; i++) u8[TRANSFER + i] = takeOut(uart);
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
export function uartGive(vm: Vm, count: number): number {
  const { uart } = vm;
  const { u8 } = vm.memory;
  const accepted = Math.min(count, TRANSFER_SIZE, UART_IN_SIZE - inCount(uart));
  for (let i = 0; i < accepted; i++) putIn(uart, u8[TRANSFER + i]);
  updateUartInterrupt(vm, uart);
  return accepted;
}
