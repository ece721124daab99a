import { resetUart } from '../dev/uart';
import { at } from '../hart/hart';
import { MAX_HARTS, UART_IRQ } from '../layout';
import { NEVER } from '../vm/clock';
import {
  hartOf,
  PLIC_CONTEXT_OFFSET,
  PLIC_CONTEXT_SIZE,
  PLIC_PRIORITY_OFFSET,
  RINGS_OFFSET,
  UART_OUT_SIZE,
  uartOf,
  vmAt,
} from '../vm/vm';

/**
 * Puts the devices of a VM into their state at power-on. The VM's hart table must be filled; the
 * harts' own reset clears their interrupt lines. The UART's rings keep what they hold, and the
 * RTC its time.
 */
export function resetDevices(vm: usize): void {
  const record = vmAt(vm);
  for (let i: u32 = 0; i < record.harts; i++) at(hartOf(vm, i)).mtimecmp = u64.MAX_VALUE;

  record.plicLevel = 0;
  record.plicPending = 0;
  record.plicClaimed = 0;
  memory.fill(vm + PLIC_PRIORITY_OFFSET, 0, PLIC_CONTEXT_OFFSET - PLIC_PRIORITY_OFFSET);
  memory.fill(vm + PLIC_CONTEXT_OFFSET, 0, 2 * <usize>MAX_HARTS * PLIC_CONTEXT_SIZE);

  record.rtcAlarm = 0;
  record.rtcLatchedHigh = 0;
  record.rtcDeadline = NEVER;
  record.rtcInterruptEnabled = 0;
  record.rtcInterruptPending = 0;

  const uart = uartOf(vm);
  uart.irq = UART_IRQ;
  uart.out = <u32>(vm + RINGS_OFFSET);
  uart.in = uart.out + UART_OUT_SIZE;
  resetUart(uart);
}
