/** Debug console (SBI 12): the wire of UART 0, beside the guest's own driver of it. */
import { uartSend, uartSendByte, updateUartInterrupt } from '../dev/uart.js';
import { inCount, takeIn } from '../dev/uart-rings.js';
import type { Hart } from '../hart/hart.js';
import { PAGE_SIZE, RAM_BASE } from '../layout.js';
import { guestRead, guestWrite } from '../memory/door.js';
import {
  A0,
  A1,
  A2,
  argument,
  fail,
  SBI_ERR_FAILED,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  succeed,
} from './call.js';

const CONSOLE_WRITE = 0;
const CONSOLE_WRITE_BYTE = 2;

/** Whether all bytes of the caller's buffer (a0 bytes at a2:a1) are RAM. */
function isBufferValid(hart: Hart): boolean {
  const { ramSize } = hart.vm;
  const offset = argument(hart, A1) - RAM_BASE;
  const isIn = offset >= 0 && offset <= ramSize && argument(hart, A0) <= ramSize - offset;
  return isIn && hart.x[A2] === 0 && hart.x[A2 + 1] === 0;
}

/** Bytes from `gpa` to the end of its page. */
function leftInPage(gpa: number): number {
  return PAGE_SIZE - (gpa % PAGE_SIZE);
}

/** Sends what the ring has room for; bounded by the ring's size. */
function write(hart: Hart): void {
  const start = argument(hart, A1);
  const wanted = argument(hart, A0);
  let done = 0;
  while (done < wanted) {
    const count = Math.min(leftInPage(start + done), wanted - done);
    const source = guestRead(hart.vm, start + done);
    if (source < 0) break;
    const sent = uartSend(hart, hart.vm.uart, source, count);
    done += sent;
    if (sent < count) break;
  }
  succeed(hart, done);
}

/** Receives what is there; bounded by the ring's size. */
function read(hart: Hart): void {
  const { vm } = hart;
  const start = argument(hart, A1);
  const wanted = Math.min(argument(hart, A0), inCount(vm.uart));
  let done = 0;
  while (done < wanted) {
    const count = Math.min(leftInPage(start + done), wanted - done);
    const target = guestWrite(vm, start + done);
    for (let index = 0; index < count; index++) vm.memory.u8[target + index] = takeIn(vm.uart);
    done += count;
  }
  updateUartInterrupt(vm, vm.uart);
  succeed(hart, done);
}

/** Sends one byte to the console; false if there is no room. */
export function writeByte(hart: Hart, byte: number): boolean {
  return uartSendByte(hart, hart.vm.uart, byte);
}

/** Receives one byte from the console; -1 if there is none. */
export function readByte(hart: Hart): number {
  const { vm } = hart;
  if (inCount(vm.uart) === 0) return -1;
  const byte = takeIn(vm.uart);
  updateUartInterrupt(vm, vm.uart);
  return byte;
}

export function dbcnCall(hart: Hart, fid: number): void {
  if (fid === CONSOLE_WRITE_BYTE) {
    if (writeByte(hart, hart.x[A0] & 0xff)) succeed(hart, 0);
    else fail(hart, SBI_ERR_FAILED);
  } else if (fid > CONSOLE_WRITE_BYTE) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
  } else if (!isBufferValid(hart)) {
    fail(hart, SBI_ERR_INVALID_PARAM);
  } else if (fid === CONSOLE_WRITE) {
    write(hart);
  } else {
    read(hart);
  }
}
