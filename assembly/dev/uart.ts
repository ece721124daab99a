/**
 * The UART, a National Semiconductor PC16550D (sections cited are its data sheet's), as the guest
 * sees it. The wire is infinitely fast and lossless: a sent byte is in the output ring at once, so
 * the transmitter is always empty unless that ring is full; what the host gave waits in the input
 * ring, behind the receiver FIFO, until the guest reads it.
 */
import { requestHandOver } from '../bus/exit';
import { EXIT_CONSOLE, UART_OUT_SIZE, Uart, uartOf } from '../vm/vm';
import { plicSetLevel } from './plic';
import { inCount, inFull, outCount, outFull, putIn, putOut, takeIn } from './uart-rings';

/** Registers (8.0, Table II). */
const DATA: u32 = 0;
const IER: u32 = 1;
/** Interrupt identification when read, FIFO control when written. */
const IIR_FCR: u32 = 2;
const LCR: u32 = 3;
const MCR: u32 = 4;
const LSR: u32 = 5;
const MSR: u32 = 6;
const SCR: u32 = 7;

const IER_RECEIVED: u8 = 0x01;
const IER_EMPTY: u8 = 0x02;
export const IER_MASK: u8 = 0x0f;

/** Interrupt identification (8.6, Table IV). */
const IIR_NONE: u8 = 0x01;
const IIR_EMPTY: u8 = 0x02;
const IIR_RECEIVED: u8 = 0x04;
const IIR_TIMEOUT: u8 = 0x0c;
const IIR_FIFOS: u8 = 0xc0;

const FCR_ENABLE: u8 = 0x01;
const FCR_CLEAR_RECEIVER: u8 = 0x02;
const FCR_CLEAR_TRANSMITTER: u8 = 0x04;
/** The bits that are kept: enable, DMA mode, receiver trigger. */
export const FCR_MASK: u8 = 0xc9;
const FIFO_SIZE: u32 = 16;

const LCR_DLAB: u8 = 0x80;

export const MCR_MASK: u8 = 0x1f;
const MCR_OUT2: u8 = 0x08;
const MCR_LOOP: u8 = 0x10;

const LSR_DATA_READY: u8 = 0x01;
const LSR_EMPTY: u8 = 0x60;

/** A terminal is there and ready: DCD, DSR, CTS. */
const MSR_CONNECTED: u8 = 0xb0;

/** Output bytes beyond which the host is asked to take them. */
const OUT_HIGH: u32 = UART_OUT_SIZE / 2;

/** Bytes that make a "received data available" interrupt (8.5). */
function triggerLevel(fcr: u8): u32 {
  if ((fcr & FCR_ENABLE) === 0) return 1;
  const code = fcr >> 6;
  if (code === 0) return 1;
  if (code === 1) return 4;
  return code === 2 ? 8 : 14;
}

/**
 * The interrupt with the highest priority (8.6). Less than a full trigger level is a time-out at
 * once, as no further character is on its way.
 */
function interruptId(uart: Uart): u8 {
  const received = inCount(uart);
  if ((uart.ier & IER_RECEIVED) !== 0 && received !== 0) {
    return received >= triggerLevel(uart.fcr) ? IIR_RECEIVED : IIR_TIMEOUT;
  }
  if ((uart.ier & IER_EMPTY) !== 0 && uart.thrPending !== 0) return IIR_EMPTY;
  return IIR_NONE;
}

/** Drives the interrupt wire; to be called after any change of the rings or registers. */
export function updateUartInterrupt(vm: usize, uart: Uart): void {
  plicSetLevel(vm, uart.irq, interruptId(uart) !== IIR_NONE);
}

/**
 * Sends bytes of linear memory as far as the output ring has room, and asks the host to take them
 * when it is more than half full. Returns how many were sent.
 */
export function uartSend(hart: usize, uart: Uart, source: usize, count: u32): u32 {
  let sent: u32 = 0;
  for (; sent < count && !outFull(uart); sent++) putOut(uart, load<u8>(source + sent));
  if (outCount(uart) > OUT_HIGH) requestHandOver(hart, EXIT_CONSOLE);
  return sent;
}

/** Sends one byte as `uartSend` does; false if there was no room. */
export function uartSendByte(hart: usize, uart: Uart, byte: u8): bool {
  const room = !outFull(uart);
  if (room) putOut(uart, byte);
  if (outCount(uart) > OUT_HIGH) requestHandOver(hart, EXIT_CONSOLE);
  return room;
}

function transmit(hart: usize, uart: Uart, value: u8): void {
  if ((uart.mcr & MCR_LOOP) === 0) uartSendByte(hart, uart, value);
  else if (!inFull(uart)) putIn(uart, value);
  uart.thrPending = outFull(uart) ? 0 : 1;
}

function writeInterruptEnable(uart: Uart, value: u8): void {
  const raised = value & ~uart.ier & IER_EMPTY;
  uart.ier = value & IER_MASK;
  // Enabling it while the transmitter is empty makes it due again: Linux and Windows rely on that.
  if (raised !== 0 && !outFull(uart)) uart.thrPending = 1;
}

/** Clears what the FIFO would hold, not what waits behind it on the wire. */
function writeFifoControl(uart: Uart, value: u8): void {
  const toggled = ((value ^ uart.fcr) & FCR_ENABLE) !== 0;
  if (toggled || (value & FCR_CLEAR_RECEIVER) !== 0) {
    uart.inHead += min<u32>(inCount(uart), FIFO_SIZE);
  }
  if ((toggled || (value & FCR_CLEAR_TRANSMITTER) !== 0) && !outFull(uart)) uart.thrPending = 1;
  uart.fcr = value & FCR_MASK;
}

/** In loop-back the modem's inputs are its outputs: RTS, DTR, OUT1, OUT2 (8.8). */
function modemStatus(mcr: u8): u8 {
  if ((mcr & MCR_LOOP) === 0) return MSR_CONNECTED;
  return ((mcr & 0x02) << 3) | ((mcr & 0x01) << 5) | ((mcr & 0x0c) << 4);
}

/** Reads register 0..7. Reading data or the interrupt's identity changes the state. */
export function uartLoad(vm: usize, register: u32): u64 {
  const uart = uartOf(vm);
  switch (register) {
    case DATA: {
      if ((uart.lcr & LCR_DLAB) !== 0) return uart.dll;
      if (inCount(uart) === 0) return 0;
      const byte = takeIn(uart);
      updateUartInterrupt(vm, uart);
      return byte;
    }
    case IER:
      return (uart.lcr & LCR_DLAB) !== 0 ? uart.dlm : uart.ier;
    case IIR_FCR: {
      const id = interruptId(uart);
      if (id === IIR_EMPTY) {
        uart.thrPending = 0;
        updateUartInterrupt(vm, uart);
      }
      return (uart.fcr & FCR_ENABLE) !== 0 ? id | IIR_FIFOS : id;
    }
    case LCR:
      return uart.lcr;
    case MCR:
      return uart.mcr;
    case LSR:
      return (inCount(uart) !== 0 ? LSR_DATA_READY : 0) | (outFull(uart) ? 0 : LSR_EMPTY);
    case MSR:
      return modemStatus(uart.mcr);
    default:
      return uart.scr;
  }
}

/** Writes register 0..7; a byte sent while LSR says "not empty" is lost. */
export function uartStore(hart: usize, vm: usize, register: u32, value: u8): void {
  const uart = uartOf(vm);
  switch (register) {
    case DATA:
      if ((uart.lcr & LCR_DLAB) !== 0) uart.dll = value;
      else transmit(hart, uart, value);
      break;
    case IER:
      if ((uart.lcr & LCR_DLAB) !== 0) uart.dlm = value;
      else writeInterruptEnable(uart, value);
      break;
    case IIR_FCR:
      writeFifoControl(uart, value);
      break;
    case LCR:
      uart.lcr = value;
      break;
    case MCR:
      uart.mcr = value & MCR_MASK;
      break;
    case SCR:
      uart.scr = value;
      break;
    default:
      return; // LSR and MSR are read-only.
  }
  updateUartInterrupt(vm, uart);
}

/** State after power-on (Table I); what stands in the rings stays. */
export function resetUart(uart: Uart): void {
  uart.ier = 0;
  uart.lcr = 0;
  uart.mcr = MCR_OUT2;
  uart.scr = 0;
  uart.dll = 12; // 9600 baud of a 1.8432 MHz clock
  uart.dlm = 0;
  uart.fcr = 0;
  uart.thrPending = 0;
}
