/** A slot's interrupt wire: high while a cause is not acknowledged (VIRTIO 1.2 §4.2.2). */
import { plicSetLevel } from '../dev/plic';
import { CONFIG_CHANGE, DRIVER_OK, NEEDS_RESET, ringDoorbell, Slot } from './slot';

/** Interrupt of slot 0; the others follow (QEMU's VIRTIO_IRQ). */
const FIRST_IRQ: u32 = 1;

export function raiseInterrupt(vm: usize, slot: Slot, cause: u32): void {
  slot.interruptStatus |= cause;
  plicSetLevel(vm, FIRST_IRQ + slot.index, true);
}

export function acknowledge(vm: usize, slot: Slot, causes: u32): void {
  slot.interruptStatus &= ~causes;
  plicSetLevel(vm, FIRST_IRQ + slot.index, slot.interruptStatus !== 0);
}

/**
 * The device cannot go on with this driver: it takes nothing more until it is reset, and says so
 * (VIRTIO 1.2 §2.1.2). The first cause stands.
 */
export function breakDevice(vm: usize, slot: Slot, cause: u32): void {
  slot.failures += 1;
  if (slot.status & NEEDS_RESET) return;
  slot.cause = cause;
  slot.status |= NEEDS_RESET;
  ringDoorbell(vm, slot);
  if (slot.status & DRIVER_OK) raiseInterrupt(vm, slot, CONFIG_CHANGE);
}
