/** The section of what harts share: clock, scheduler, PLIC, RTC, UART, counts. */
import { MAX_HARTS } from '../layout';
import { QUANTUM } from '../sched/run';
import { slotAt } from '../virtio/slot';
import { LATEST } from '../vm/clock';
import {
  CLOCK_VIRTUAL,
  EXIT_COUNT_OFFSET,
  EXIT_REASONS,
  PLIC_CONTEXT_OFFSET,
  PLIC_CONTEXT_SIZE,
  PLIC_PRIORITY_OFFSET,
  VIRTIO_SLOTS,
  Vm,
  vmAt,
} from '../vm/vm';
import { check, counters, field, fields, same } from './record';
import { visitUart } from './uart-fields';

const SOURCES: u32 = 64;
const PRIORITY_MOST: u32 = 7;
/** Source 0 of the PLIC is none. */
const NO_SOURCE: u64 = 1;

/** Slots with a device, a bit each. */
function slotsOf(vm: usize): u32 {
  let slots: u32 = 0;
  for (let index: u32 = 0; index < VIRTIO_SLOTS; ++index) {
    if (slotAt(vm, index).type) slots |= (<u32>1) << index;
  }
  return slots;
}

export function visitVm(vm: usize): void {
  const state = vmAt(vm);
  same('flags', state.flags);
  same('harts', state.harts);
  same('extensions', state.extensions);
  same('ramSize', state.ramSize);
  same('slots', slotsOf(vm));
  visitClock(vm);
  field<u32>('current', vm + offsetof<Vm>('current'));
  check(state.current < state.harts);
  field<u32>('quantumLeft', vm + offsetof<Vm>('quantumLeft'));
  check(state.quantumLeft <= QUANTUM);
  field<u64>('tohost', vm + offsetof<Vm>('tohost'));
  field<u32>('exitCode', vm + offsetof<Vm>('exitCode'));
  counters('exits', vm + EXIT_COUNT_OFFSET, EXIT_REASONS);
  visitRtc(vm);
  visitPlic(vm);
  visitUart(vm);
  field<u32>('doorbells', vm + offsetof<Vm>('doorbells'));
  check((state.doorbells & ~slotsOf(vm)) === 0);
  field<u32>('chainSerial', vm + offsetof<Vm>('chainSerial'));
  field<u64>('generationLow', vm + offsetof<Vm>('generationLow'));
  field<u64>('generationHigh', vm + offsetof<Vm>('generationHigh'));
}

function visitClock(vm: usize): void {
  const state = vmAt(vm);
  field<u32>('clock', vm + offsetof<Vm>('clock'));
  check(state.clock <= CLOCK_VIRTUAL);
  field<u64>('steps', vm + offsetof<Vm>('steps'));
  check(state.steps < LATEST);
  field<u64>('skipped', vm + offsetof<Vm>('skipped'));
  check(state.skipped < LATEST);
  field<u64>('timeOrigin', vm + offsetof<Vm>('timeOrigin'));
  check(state.timeOrigin < LATEST);
  field<u64>('stepsOrigin', vm + offsetof<Vm>('stepsOrigin'));
  check(state.stepsOrigin <= state.steps);
  field<u64>('rate', vm + offsetof<Vm>('rate'));
  field<u64>('timeSeen', vm + offsetof<Vm>('timeSeen'));
  check(state.timeSeen < LATEST);
}

function visitRtc(vm: usize): void {
  const state = vmAt(vm);
  field<u64>('rtcOrigin', vm + offsetof<Vm>('rtcOrigin'));
  field<u64>('rtcAlarm', vm + offsetof<Vm>('rtcAlarm'));
  field<u64>('rtcDeadline', vm + offsetof<Vm>('rtcDeadline'));
  field<u32>('rtcLatchedHigh', vm + offsetof<Vm>('rtcLatchedHigh'));
  field<u32>('rtcInterruptEnabled', vm + offsetof<Vm>('rtcInterruptEnabled'));
  check(state.rtcInterruptEnabled <= 1);
  field<u32>('rtcInterruptPending', vm + offsetof<Vm>('rtcInterruptPending'));
  check(state.rtcInterruptPending <= 1);
}

function visitPlic(vm: usize): void {
  const state = vmAt(vm);
  field<u64>('plicLevel', vm + offsetof<Vm>('plicLevel'));
  check((state.plicLevel & NO_SOURCE) === 0);
  field<u64>('plicPending', vm + offsetof<Vm>('plicPending'));
  check((state.plicPending & NO_SOURCE) === 0);
  field<u64>('plicClaimed', vm + offsetof<Vm>('plicClaimed'));
  check((state.plicClaimed & NO_SOURCE) === 0);
  fields<u32>('plicPriorities', vm + PLIC_PRIORITY_OFFSET, SOURCES);
  check(arePrioritiesRight(vm));
  const contexts = vm + PLIC_CONTEXT_OFFSET;
  const count = 2 * min<u32>(state.harts, MAX_HARTS);
  fields<u64>('plicEnabled', contexts, count, PLIC_CONTEXT_SIZE);
  check(areContextsRight(contexts, count));
  fields<u32>('plicThresholds', contexts + 8, count, PLIC_CONTEXT_SIZE);
  check(areContextsRight(contexts, count));
}

function arePrioritiesRight(vm: usize): bool {
  let right = load<u32>(vm, PLIC_PRIORITY_OFFSET) === 0;
  for (let source: usize = 0; source < <usize>SOURCES; ++source) {
    right = right && load<u32>(vm + (source << 2), PLIC_PRIORITY_OFFSET) <= PRIORITY_MOST;
  }
  return right;
}

function areContextsRight(contexts: usize, count: u32): bool {
  for (let index: usize = 0; index < <usize>count; ++index) {
    const context = contexts + index * PLIC_CONTEXT_SIZE;
    if (load<u64>(context) & NO_SOURCE || load<u32>(context, 8) > PRIORITY_MOST) return false;
  }
  return true;
}
