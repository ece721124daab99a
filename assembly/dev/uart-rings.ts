/**
 * What a UART has sent and not been read by the host yet, and what the host gave and the guest has
 * not read yet: two rings in the VM block. Positions count up and wrap at 2^32; a head is the next
 * byte to leave, a tail the place of the next byte to enter.
 */
import { UART_IN_SIZE, UART_OUT_SIZE, Uart } from '../vm/vm';

export function outCount(uart: Uart): u32 {
  return uart.outTail - uart.outHead;
}

export function outFull(uart: Uart): bool {
  return outCount(uart) >= UART_OUT_SIZE;
}

export function inCount(uart: Uart): u32 {
  return uart.inTail - uart.inHead;
}

export function inFull(uart: Uart): bool {
  return inCount(uart) >= UART_IN_SIZE;
}

/** Appends a byte to the output; there must be room. */
export function putOut(uart: Uart, byte: u8): void {
  store<u8>(<usize>uart.out + (uart.outTail & (UART_OUT_SIZE - 1)), byte);
  uart.outTail++;
}

/** Removes the oldest byte of output; there must be one. */
export function takeOut(uart: Uart): u8 {
  const byte = load<u8>(<usize>uart.out + (uart.outHead & (UART_OUT_SIZE - 1)));
  uart.outHead++;
  return byte;
}

/** Appends a byte to the input; there must be room. */
export function putIn(uart: Uart, byte: u8): void {
  store<u8>(<usize>uart.in + (uart.inTail & (UART_IN_SIZE - 1)), byte);
  uart.inTail++;
}

/** Removes the oldest byte of input; there must be one. */
export function takeIn(uart: Uart): u8 {
  const byte = load<u8>(<usize>uart.in + (uart.inHead & (UART_IN_SIZE - 1)));
  uart.inHead++;
  return byte;
}
