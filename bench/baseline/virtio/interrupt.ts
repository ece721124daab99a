/** A slot's wires: to the interrupt controller, and to the host layer. */
import { requestHandOver } from '../bus/exit.js';
import { EXIT_DOORBELL, type Vm } from '../vm/vm.js';
import { CONFIG_CHANGE, DRIVER_OK, NEEDS_RESET, type Slot } from './slot.js';

/** Interrupt of slot 0; the others follow (QEMU's VIRTIO_IRQ). */
const FIRST_IRQ = 1;

/** The wire is high while a cause is not acknowledged (VIRTIO 1.2 §4.2.2). */
export function raiseInterrupt(vm: Vm, slot: Slot, cause: number): void {
  slot.interruptStatus |= cause;
  vm.plic.setLevel(FIRST_IRQ + slot.index, true);
}

export function acknowledge(vm: Vm, slot: Slot, causes: number): void {
  slot.interruptStatus &= ~causes;
  vm.plic.setLevel(FIRST_IRQ + slot.index, slot.interruptStatus !== 0);
}

/** Notes that the host layer must look at the slot after this run. */
export function ringDoorbell(vm: Vm, slot: Slot): void {
  vm.virtio.doorbells |= 1 << slot.index;
}

/** Ends the run after the instruction that wrote a register, for the host layer to look at slots. */
export function handOver(vm: Vm): void {
  if (vm.running !== undefined) requestHandOver(vm.running, EXIT_DOORBELL);
}

/**
 * The device cannot go on with this driver: it takes nothing more until it is reset, and says so
 * (VIRTIO 1.2 §2.1.2). The first cause stands.
 */
export function breakDevice(vm: Vm, slot: Slot, cause: number): void {
  slot.failures = (slot.failures + 1) | 0;
  if (slot.status & NEEDS_RESET) return;
  slot.cause = cause;
  slot.status |= NEEDS_RESET;
  ringDoorbell(vm, slot);
  if (slot.status & DRIVER_OK) raiseInterrupt(vm, slot, CONFIG_CHANGE);
}
