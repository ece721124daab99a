/**
 * What a UART has sent and not been read by the host yet, and what the host gave and the guest has
 * not read yet: two rings. Positions count up and wrap at 2^32; a head is the next byte to leave, a
 * tail the place of the next byte to enter.
 */
import type { Uart } from './uart.js';

export const UART_OUT_SIZE = 8192;
export const UART_IN_SIZE = 4096;

export function outCount(uart: Uart): number {
  return (uart.outTail - uart.outHead) | 0;
}

export function outFull(uart: Uart): boolean {
  return outCount(uart) >= UART_OUT_SIZE;
}

export function inCount(uart: Uart): number {
  return (uart.inTail - uart.inHead) | 0;
}

export function inFull(uart: Uart): boolean {
  return inCount(uart) >= UART_IN_SIZE;
}

/** Appends a byte to the output; there must be room. */
export function putOut(uart: Uart, byte: number): void {
  uart.out[uart.outTail & (UART_OUT_SIZE - 1)] = byte;
  uart.outTail = (uart.outTail + 1) | 0;
}

/** Removes the oldest byte of output; there must be one. */
export function takeOut(uart: Uart): number {
  const byte = uart.out[uart.outHead & (UART_OUT_SIZE - 1)];
  uart.outHead = (uart.outHead + 1) | 0;
  return byte;
}

/** Appends a byte to the input; there must be room. */
export function putIn(uart: Uart, byte: number): void {
  uart.in[uart.inTail & (UART_IN_SIZE - 1)] = byte;
  uart.inTail = (uart.inTail + 1) | 0;
}

/** Removes the oldest byte of input; there must be one. */
export function takeIn(uart: Uart): number {
  const byte = uart.in[uart.inHead & (UART_IN_SIZE - 1)];
  uart.inHead = (uart.inHead + 1) | 0;
  return byte;
}
