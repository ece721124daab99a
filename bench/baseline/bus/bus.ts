/**
 * The bus: everything in guest-physical space that is not RAM. It knows where each device's
 * registers stand and which access widths it takes, as QEMU's `virt` board has them; the devices
 * see offsets that lie in their window, aligned to a width that they named here.
 *
 * | device   | window      | widths                       |
 * | -------- | ----------- | ---------------------------- |
 * | finisher | 0x1000      | 2, 4                         |
 * | RTC      | 0x24        | 4                            |
 * | vmgenid  | 16          | 1, 2, 4, 8; read only        |
 * | CLINT    | 0x10000     | 4 (msip); 4, 8 (timers)      |
 * | PLIC     | 0x600000    | 4                            |
 * | UART     | 8           | 1, 2, 4, 8: a byte in all    |
 * | virtio   | 8 x 0x200   | 1, 2, 4                      |
 */
import { CLINT_MTIMECMP, clintLoad, clintStore } from '../dev/clint.js';
import { finisherStore } from '../dev/finisher.js';
import { plicLoad, plicStore } from '../dev/plic.js';
import { RTC_WINDOW, rtcLoad, rtcStore } from '../dev/rtc.js';
import { uartLoad, uartStore } from '../dev/uart.js';
import { VMGENID_WINDOW, vmgenidLoad } from '../dev/vmgenid.js';
import type { Hart } from '../hart/hart.js';
import {
  CLINT_BASE,
  CLINT_SIZE,
  FINISHER_BASE,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  PLIC_BASE,
  PLIC_SIZE,
  RTC_BASE,
  UART_BASE,
  VIRTIO_BASE,
  VMGENID_BASE,
} from '../layout.js';
import { pair } from '../pair.js';

/** The eight virtio-mmio transports, a page each (QEMU's VIRT_VIRTIO); registers fill a part of it. */
const VIRTIO_SIZE = 8 * PAGE_SIZE;
const SLOT_WINDOW = 0x200;

/** A 16550 decodes three address lines. */
const UART_WINDOW = 8;

/**
 * 1 when the last access was refused: no device there, or a width or alignment that the device does
 * not take. The accessing instruction then raises an access fault. Nothing was changed.
 */
export let busFault = 0;

/** Whether an access is refused; `widths` is the sum of the widths that the device takes. */
function refused(bytes: number, widths: number): boolean {
  if ((bytes & widths) !== 0) return false;
  busFault = 1;
  return true;
}

function inside(gpa: number, base: number, size: number): boolean {
  return gpa >= base && gpa < base + size;
}

function clintWidths(offset: number): number {
  return offset < CLINT_MTIMECMP ? 4 : 4 | 8;
}

/** The widths a virtio slot takes at `gpa`: none beyond its window. */
function slotWidths(gpa: number): number {
  return (gpa & PAGE_MASK) < SLOT_WINDOW ? 1 | 2 | 4 : 0;
}

function slotIndex(gpa: number): number {
  return (gpa - VIRTIO_BASE) >> PAGE_SHIFT;
}

/**
 * Reads `bytes` (1, 2, 4, 8) at a guest-physical address outside RAM: a pair, zero-extended. Sets
 * `busFault`; on a fault the value is 0. A read may change the device (a claim, a FIFO).
 */
export function busLoad(hart: Hart, gpa: number, bytes: number): number {
  const { vm } = hart;
  busFault = (gpa & (bytes - 1)) === 0 ? 0 : 1;
  if (busFault !== 0) return pair(0, 0);
  if (inside(gpa, VIRTIO_BASE, VIRTIO_SIZE)) {
    if (refused(bytes, slotWidths(gpa))) return pair(0, 0);
    return pair(vm.virtio.load(slotIndex(gpa), gpa & PAGE_MASK, bytes) | 0, 0);
  }
  if (inside(gpa, UART_BASE, UART_WINDOW)) return pair(uartLoad(vm.uart, gpa - UART_BASE), 0);
  if (inside(gpa, PLIC_BASE, PLIC_SIZE)) {
    return pair(refused(bytes, 4) ? 0 : plicLoad(vm.plic, gpa - PLIC_BASE), 0);
  }
  if (inside(gpa, CLINT_BASE, CLINT_SIZE)) {
    const offset = gpa - CLINT_BASE;
    return refused(bytes, clintWidths(offset)) ? pair(0, 0) : clintLoad(vm, offset, bytes);
  }
  if (inside(gpa, RTC_BASE, RTC_WINDOW)) {
    return pair(refused(bytes, 4) ? 0 : rtcLoad(vm.rtc, gpa - RTC_BASE), 0);
  }
  if (inside(gpa, VMGENID_BASE, VMGENID_WINDOW)) {
    return vmgenidLoad(vm, gpa - VMGENID_BASE, bytes);
  }
  if (inside(gpa, FINISHER_BASE, PAGE_SIZE)) refused(bytes, 2 | 4);
  else busFault = 1;
  return pair(0, 0);
}

/**
 * Writes the low `bytes` (1, 2, 4, 8) of a pair at a guest-physical address outside RAM. Sets
 * `busFault`; on a fault nothing was written. Whatever the write makes pending, due or worth an
 * exit has asked the hart to stop after this instruction.
 */
export function busStore(hart: Hart, gpa: number, bytes: number, low: number, high: number): void {
  const { vm } = hart;
  busFault = (gpa & (bytes - 1)) === 0 ? 0 : 1;
  if (busFault !== 0) return;
  if (inside(gpa, VIRTIO_BASE, VIRTIO_SIZE)) {
    if (refused(bytes, slotWidths(gpa))) return;
    vm.virtio.store(slotIndex(gpa), gpa & PAGE_MASK, bytes, low);
  } else if (inside(gpa, UART_BASE, UART_WINDOW)) {
    uartStore(hart, vm.uart, gpa - UART_BASE, low & 0xff);
  } else if (inside(gpa, PLIC_BASE, PLIC_SIZE)) {
    if (!refused(bytes, 4)) plicStore(vm.plic, gpa - PLIC_BASE, low);
  } else if (inside(gpa, CLINT_BASE, CLINT_SIZE)) {
    const offset = gpa - CLINT_BASE;
    if (!refused(bytes, clintWidths(offset))) clintStore(hart, offset, bytes, low, high);
  } else if (inside(gpa, RTC_BASE, RTC_WINDOW)) {
    if (!refused(bytes, 4)) rtcStore(vm.rtc, gpa - RTC_BASE, low);
  } else if (inside(gpa, FINISHER_BASE, PAGE_SIZE)) {
    if (!refused(bytes, 2 | 4)) finisherStore(hart, gpa - FINISHER_BASE, low, bytes);
  } else {
    busFault = 1;
  }
}
