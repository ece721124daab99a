/** The state's part of the ABI: sections by kind and index, at TRANSFER. */
import { frameAddress } from '../frames/host';
import { isAtRest, slotAt } from '../virtio/slot';
import { hartOf, VIRTIO_SLOTS, vmAt } from '../vm/vm';
import { visitHart } from './hart-section';
import { beginLoad, beginSave, endLoad, endSave, NO_SECTION } from './record';
import { visitSlot } from './slot-section';
import { visitVm } from './vm-section';

/** Kinds of sections. */
const SECTION_VM: u32 = 0;
const SECTION_HART: u32 = 1;
const SECTION_SLOT: u32 = 2;

function hasSection(vm: usize, kind: u32, index: u32): bool {
  if (kind === SECTION_VM) return index === 0;
  if (kind === SECTION_HART) return index < vmAt(vm).harts;
  return kind === SECTION_SLOT && index < VIRTIO_SLOTS && slotAt(vm, index).type !== 0;
}

function visit(vm: usize, kind: u32, index: u32): void {
  if (kind === SECTION_VM) visitVm(vm);
  else if (kind === SECTION_HART) visitHart(hartOf(vm, index));
  else visitSlot(vm, index);
}

/**
 * Puts a section of the VM's state at TRANSFER; its bytes. 0 if there is none, or while requests of a device
 * are under way.
 */
export function vmSaveState(vm: u32, kind: u32, index: u32): u32 {
  const address = frameAddress(vm);
  if (!hasSection(address, kind, index) || !isAtRest(address)) return 0;
  beginSave(kind, index);
  visit(address, kind, index);
  return endSave();
}

/**
 * Loads the section of `bytes` bytes at TRANSFER into a VM that was made alike, has its devices, and never ran.
 * 0, or why not (state/record); then the name of the field at fault is at TRANSFER, and the VM is good for
 * nothing but to be destroyed.
 */
export function vmLoadState(vm: u32, kind: u32, index: u32, bytes: u32): u32 {
  const address = frameAddress(vm);
  if (!hasSection(address, kind, index)) return NO_SECTION;
  beginLoad(kind, index, bytes);
  visit(address, kind, index);
  return endLoad();
}
