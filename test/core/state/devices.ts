import { LayoutValue } from '../../../src/core/abi.js';
import { STATE_KINDS, type StateKind } from '../../../src/core/state-section.js';
import { VirtioSlots } from '../../../src/core/virtio-slots.js';
import { PLAIN } from '../../virtio/device.js';
import type { Machine } from '../machine.js';

/** Puts a device without a back end into slot 0: two queues, 12 bytes of configuration space. */
export function attachPlain(machine: Machine): void {
  if (!new VirtioSlots(machine.core, machine.vm).attach(0, PLAIN)) {
    throw new Error('the core refused the device');
  }
}

/** One section alone. */
export function savedSection(machine: Machine, kind: StateKind, index: number): Uint8Array {
  const { core, vm } = machine;
  const bytes = core.exports.vmSaveState(vm, STATE_KINDS.indexOf(kind), index) >>> 0;
  if (bytes === 0) throw new Error(`the core saved no section ${kind} ${index}`);
  const area = core.layout(LayoutValue.Transfer);
  return core.bytes.slice(area, area + bytes);
}
