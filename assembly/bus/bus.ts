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
import { CLINT_MTIMECMP, clintLoad, clintStore } from '../dev/clint';
import { finisherStore } from '../dev/finisher';
import { plicLoad, plicStore } from '../dev/plic';
import { RTC_WINDOW, rtcLoad, rtcStore } from '../dev/rtc';
import { uartLoad, uartStore } from '../dev/uart';
import { VMGENID_WINDOW, vmgenidLoad } from '../dev/vmgenid';
import { at } from '../hart/hart';
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
  VMGENID_BASE,
} from '../layout';
import { SLOT_WINDOW, slotLoad, slotStore } from '../virtio/registers';
import { VIRTIO_SLOTS } from '../vm/vm';

/** The eight virtio-mmio transports, a page each (QEMU's VIRT_VIRTIO). */
const VIRTIO_BASE: u64 = 0x1000_1000;
const VIRTIO_SIZE: u64 = (<u64>VIRTIO_SLOTS) << PAGE_SHIFT;

/** A 16550 decodes three address lines. */
const UART_WINDOW: u64 = 8;

/**
 * Whether the last access was refused: no device there, or a width or alignment that the device
 * does not take. The accessing instruction then raises an access fault. Nothing was changed.
 */
export let busFault: bool = false;

/** Whether an access is refused; `widths` is the sum of the widths that the device takes. */
function refused(bytes: u32, widths: u32): bool {
  busFault = (bytes & widths) === 0;
  return busFault;
}

function inside(gpa: u64, base: u64, size: u64): bool {
  return gpa - base < size;
}

function clintWidths(offset: u32): u32 {
  return offset < CLINT_MTIMECMP ? 4 : 4 | 8;
}

/** The widths a virtio slot takes at `gpa`: none beyond its window. */
function slotWidths(gpa: u64): u32 {
  return (<u32>gpa & PAGE_MASK) < SLOT_WINDOW ? 1 | 2 | 4 : 0;
}

function slotIndex(gpa: u64): u32 {
  return <u32>((gpa - VIRTIO_BASE) >> PAGE_SHIFT);
}

/**
 * Reads `bytes` (1, 2, 4, 8) at a guest-physical address outside RAM; the value is zero-extended.
 * Sets `busFault`; on a fault the value is 0. A read may change the device (a claim, a FIFO).
 */
export function busLoad(hart: usize, gpa: u64, bytes: u32): u64 {
  const vm = <usize>at(hart).vm;
  busFault = (gpa & (bytes - 1)) !== 0;
  if (busFault) return 0;
  if (inside(gpa, UART_BASE, UART_WINDOW)) return uartLoad(vm, <u32>(gpa - UART_BASE));
  if (inside(gpa, PLIC_BASE, PLIC_SIZE)) {
    return refused(bytes, 4) ? 0 : plicLoad(vm, <u32>(gpa - PLIC_BASE));
  }
  if (inside(gpa, CLINT_BASE, CLINT_SIZE)) {
    const offset = <u32>(gpa - CLINT_BASE);
    return refused(bytes, clintWidths(offset)) ? 0 : clintLoad(vm, offset, bytes);
  }
  if (inside(gpa, RTC_BASE, RTC_WINDOW)) {
    return refused(bytes, 4) ? 0 : rtcLoad(vm, <u32>(gpa - RTC_BASE));
  }
  if (inside(gpa, VIRTIO_BASE, VIRTIO_SIZE)) {
    if (refused(bytes, slotWidths(gpa))) return 0;
    return slotLoad(vm, slotIndex(gpa), <u32>gpa & PAGE_MASK, bytes);
  }
  if (inside(gpa, VMGENID_BASE, VMGENID_WINDOW)) {
    return vmgenidLoad(vm, <u32>(gpa - VMGENID_BASE), bytes);
  }
  if (inside(gpa, FINISHER_BASE, PAGE_SIZE)) refused(bytes, 2 | 4);
  else busFault = true;
  return 0;
}

/**
 * Writes the low `bytes` (1, 2, 4, 8) of `value` at a guest-physical address outside RAM. Sets
 * `busFault`; on a fault nothing was written. Whatever the write makes pending, due or worth an
 * exit has asked the hart to stop after this instruction.
 */
export function busStore(hart: usize, gpa: u64, bytes: u32, value: u64): void {
  const vm = <usize>at(hart).vm;
  busFault = (gpa & (bytes - 1)) !== 0;
  if (busFault) return;
  if (inside(gpa, UART_BASE, UART_WINDOW)) {
    uartStore(hart, vm, <u32>(gpa - UART_BASE), <u8>value);
  } else if (inside(gpa, PLIC_BASE, PLIC_SIZE)) {
    if (!refused(bytes, 4)) plicStore(vm, <u32>(gpa - PLIC_BASE), <u32>value);
  } else if (inside(gpa, CLINT_BASE, CLINT_SIZE)) {
    const offset = <u32>(gpa - CLINT_BASE);
    if (!refused(bytes, clintWidths(offset))) clintStore(hart, offset, bytes, value);
  } else if (inside(gpa, RTC_BASE, RTC_WINDOW)) {
    if (!refused(bytes, 4)) rtcStore(vm, <u32>(gpa - RTC_BASE), <u32>value);
  } else if (inside(gpa, VIRTIO_BASE, VIRTIO_SIZE)) {
    if (refused(bytes, slotWidths(gpa))) return;
    slotStore(hart, vm, slotIndex(gpa), <u32>gpa & PAGE_MASK, <u32>value, bytes);
  } else if (inside(gpa, FINISHER_BASE, PAGE_SIZE)) {
    if (!refused(bytes, 2 | 4)) finisherStore(hart, <u32>(gpa - FINISHER_BASE), <u32>value, bytes);
  } else {
    busFault = true;
  }
}
