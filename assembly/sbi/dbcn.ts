/** Debug console (SBI 12): the wire of UART 0, beside the guest's own driver of it. */
import { uartSend, uartSendByte, updateUartInterrupt } from '../dev/uart';
import { inCount, takeIn } from '../dev/uart-rings';
import { guestRead, guestWrite } from '../frames/door';
import { at } from '../hart/hart';
import { PAGE_MASK, PAGE_SIZE, RAM_BASE } from '../layout';
import { stopForMemory } from '../vm/exit';
import { UART_OUT_SIZE, uartOf, vmAt } from '../vm/vm';
import {
  fail,
  SBI_ERR_FAILED,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  succeed,
} from './reply';

const CONSOLE_WRITE: u64 = 0;
const CONSOLE_WRITE_BYTE: u64 = 2;

/** Whether all bytes of the caller's buffer (a0 bytes at a2:a1) are RAM. */
function isBufferValid(hart: usize): bool {
  const caller = at(hart);
  const size = vmAt(caller.vm).ramSize;
  const offset = caller.x11 - RAM_BASE;
  return caller.x12 === 0 && offset <= size && caller.x10 <= size - offset;
}

/** Bytes from `gpa` to the end of its page. */
function leftInPage(gpa: u64): u32 {
  return PAGE_SIZE - (<u32>gpa & PAGE_MASK);
}

/**
 * Sends what the ring has room for; bounded by the ring's size. How much that is depends on the ring alone: if a page
 * that may be needed is missing, nothing is done.
 */
function write(hart: usize): void {
  const caller = at(hart);
  const vm = <usize>caller.vm;
  const uart = uartOf(vm);
  let done: u64 = 0;
  const most = min<u64>(caller.x10, UART_OUT_SIZE);
  for (let seen: u64 = 0; seen < most; seen += leftInPage(caller.x11 + seen)) {
    if (guestRead(vm, caller.x11 + seen)) continue;
    stopForMemory(hart);
    return;
  }
  while (done < caller.x10) {
    const gpa = caller.x11 + done;
    const count = <u32>min<u64>(leftInPage(gpa), caller.x10 - done);
    const sent = uartSend(hart, uart, guestRead(vm, gpa), count);
    done += sent;
    if (sent < count) break;
  }
  succeed(hart, done);
}

/** Makes the pages of a buffer present; false when the host has no frame for one. */
function prepare(vm: usize, gpa: u64, bytes: u64): bool {
  for (let done: u64 = 0; done < bytes; done += leftInPage(gpa + done)) {
    if (guestWrite(vm, gpa + done) === 0) return false;
  }
  return true;
}

/**
 * Receives what is there; bounded by the ring's size. Without memory for the buffer nothing is done, and the
 * ecall is to be repeated.
 */
function read(hart: usize): void {
  const caller = at(hart);
  const vm = <usize>caller.vm;
  const uart = uartOf(vm);
  const wanted = min<u64>(caller.x10, inCount(uart));
  if (!prepare(vm, caller.x11, wanted)) {
    stopForMemory(hart);
    return;
  }
  let done: u64 = 0;
  while (done < wanted) {
    const gpa = caller.x11 + done;
    const count = <u32>min<u64>(leftInPage(gpa), wanted - done);
    const target = guestWrite(vm, gpa);
    for (let i: u32 = 0; i < count; i++) store<u8>(target + i, takeIn(uart));
    done += count;
  }
  updateUartInterrupt(vm, uart);
  succeed(hart, done);
}

/** Sends one byte to the console; false if there is no room. */
export function writeByte(hart: usize, byte: u8): bool {
  const uart = uartOf(at(hart).vm);
  return uartSendByte(hart, uart, byte);
}

/** Receives one byte from the console; -1 if there is none. */
export function readByte(hart: usize): i64 {
  const vm = <usize>at(hart).vm;
  const uart = uartOf(vm);
  if (inCount(uart) === 0) return -1;
  const byte = takeIn(uart);
  updateUartInterrupt(vm, uart);
  return byte;
}

export function dbcnCall(hart: usize, fid: u64): void {
  if (fid === CONSOLE_WRITE_BYTE) {
    if (writeByte(hart, <u8>at(hart).x10)) succeed(hart, 0);
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
