/** The UART's registers, and the bytes that wait in its rings: where in a ring they stand is nobody's affair. */
import { FCR_MASK, IER_MASK, MCR_MASK } from '../dev/uart';
import { UART_IN_SIZE, UART_OFFSET, UART_OUT_SIZE, Uart, uartOf } from '../vm/vm';
import { check, field, loading, recordCount, recordOfBytes } from './record';

export function visitUart(vm: usize): void {
  const uart = uartOf(vm);
  const place = vm + UART_OFFSET;
  field<u8>('uart.ier', place + offsetof<Uart>('ier'));
  check((uart.ier & ~IER_MASK) === 0);
  field<u8>('uart.lcr', place + offsetof<Uart>('lcr'));
  field<u8>('uart.mcr', place + offsetof<Uart>('mcr'));
  check((uart.mcr & ~MCR_MASK) === 0);
  field<u8>('uart.scr', place + offsetof<Uart>('scr'));
  field<u8>('uart.dll', place + offsetof<Uart>('dll'));
  field<u8>('uart.dlm', place + offsetof<Uart>('dlm'));
  field<u8>('uart.fcr', place + offsetof<Uart>('fcr'));
  check((uart.fcr & ~FCR_MASK) === 0);
  field<u8>('uart.thrPending', place + offsetof<Uart>('thrPending'));
  check(uart.thrPending <= 1);
  const sent = visitRing('uart.out', uart.out, uart.outHead, uart.outTail, UART_OUT_SIZE);
  const given = visitRing('uart.in', uart.in, uart.inHead, uart.inTail, UART_IN_SIZE);
  if (!loading) return;
  uart.outHead = 0;
  uart.outTail = sent;
  uart.inHead = 0;
  uart.inTail = given;
}

/** The bytes between head and tail, which are loaded to the ring's begin; how many. */
function visitRing(name: string, ring: usize, head: u32, tail: u32, size: u32): u32 {
  const bytes = recordOfBytes(name, min<u32>(tail - head, size), size);
  if (!bytes) return 0;
  for (let index: u32 = 0; index < recordCount; ++index) {
    if (loading) store<u8>(ring + index, load<u8>(bytes + index));
    else store<u8>(bytes + index, load<u8>(ring + ((head + index) & (size - 1))));
  }
  return recordCount;
}
