/**
 * The PLIC (RISC-V PLIC 1.0.0, whose sections are cited by title; SiFive's layout, as on QEMU's
 * board): 63 sources, priorities 0..7, and two contexts a hart, M (2 * hart) and S (2 * hart + 1).
 *
 * Each source has a gateway for a level ("Interrupt Gateways"): it forwards one request, which
 * stays pending even if the level falls, and no other until the first was completed; a level still
 * high then is a new request. A source of EDGES has no level: each pulse is a request, and one that
 * comes while the last is being served is remembered in its level's place.
 *
 * ```
 * idle --level rises--> pending --claim--> claimed --complete--> pending if the level is high,
 *                                                                else idle
 * ```
 */
import { MEIP, SEIP, setLine } from '../hart/interrupts';
import { VMGENID_IRQ } from '../layout';
import {
  hartOf,
  PLIC_CONTEXT_OFFSET,
  PLIC_CONTEXT_SIZE,
  PLIC_PRIORITY_OFFSET,
  vmAt,
} from '../vm/vm';
import { spendWork } from '../vm/work';

const SOURCES: u32 = 64;
const PRIORITY_MASK: u32 = 7;
/** Sources with edges, which nothing acknowledges, a bit each. */
const EDGES: u64 = (<u64>1) << VMGENID_IRQ;

/** Register blocks ("Memory Map"). */
const PENDING: u32 = 0x1000;
const ENABLE: u32 = 0x2000;
const ENABLE_SHIFT: u32 = 7;
const CONTEXT: u32 = 0x20_0000;
const CONTEXT_SHIFT: u32 = 12;
/** Registers of a context block. */
const THRESHOLD: u32 = 0;
const CLAIM: u32 = 4;

@unmanaged
class Context {
  /** A bit a source; bit 0 is never set. */
  enabled: u64;
  threshold: u32;
  reserved: u32;
}

function contextOf(vm: usize, index: u32): Context {
  return changetype<Context>(vm + PLIC_CONTEXT_OFFSET + <usize>index * PLIC_CONTEXT_SIZE);
}

function priorityAddress(vm: usize, source: u32): usize {
  return vm + PLIC_PRIORITY_OFFSET + ((<usize>source) << 2);
}

/**
 * The source of `requests` with the highest priority, the lowest number among equals; 0 if none
 * is above `threshold`. Priority 0 never interrupts ("Interrupt Priorities").
 */
function best(vm: usize, requests: u64, threshold: u32): u32 {
  let source: u32 = 0;
  let highest = threshold;
  while (requests !== 0) {
    const candidate = <u32>ctz<u64>(requests);
    const priority = load<u32>(priorityAddress(vm, candidate));
    if (priority > highest) {
      highest = priority;
      source = candidate;
    }
    requests &= requests - 1;
  }
  return source;
}

/** Work of one hart's two lines (vm/work). */
const LINES_WORK: u32 = 16;

/** Drives the external interrupt lines of all harts from the PLIC's state. */
function updateLines(vm: usize): void {
  const record = vmAt(vm);
  spendWork(vm, record.harts * LINES_WORK);
  for (let i: u32 = 0; i < record.harts; i++) {
    const hart = hartOf(vm, i);
    const machine = contextOf(vm, 2 * i);
    const supervisor = contextOf(vm, 2 * i + 1);
    const pending = record.plicPending;
    setLine(hart, MEIP, best(vm, pending & machine.enabled, machine.threshold) !== 0);
    setLine(hart, SEIP, best(vm, pending & supervisor.enabled, supervisor.threshold) !== 0);
  }
}

/** A device's interrupt wire: `irq` 1..63 is at that level from now on. */
export function plicSetLevel(vm: usize, irq: u32, level: bool): void {
  const record = vmAt(vm);
  const bit = (<u64>1) << irq;
  if (((record.plicLevel & bit) !== 0) === level) return;
  if (!level) {
    record.plicLevel &= ~bit;
    return;
  }
  record.plicLevel |= bit;
  if (((record.plicClaimed | record.plicPending) & bit) !== 0) return;
  record.plicPending |= bit;
  updateLines(vm);
}

/** A device's message that something has happened: `irq` is one of EDGES. */
export function plicPulse(vm: usize, irq: u32): void {
  const record = vmAt(vm);
  const bit = (<u64>1) << irq;
  if (record.plicClaimed & bit) {
    record.plicLevel |= bit;
    return;
  }
  record.plicPending |= bit;
  updateLines(vm);
}

/** Takes the best pending source, whatever the threshold ("Interrupt Claim Process"); 0 if none. */
function claim(vm: usize, context: Context): u32 {
  const record = vmAt(vm);
  const source = best(vm, record.plicPending & context.enabled, 0);
  if (source !== 0) {
    const bit = (<u64>1) << source;
    record.plicPending &= ~bit;
    record.plicClaimed |= bit;
    updateLines(vm);
  }
  return source;
}

/** Completion of a source that the context has not enabled is ignored ("Interrupt Completion"). */
function complete(vm: usize, context: Context, source: u32): void {
  if (source >= SOURCES) return;
  const record = vmAt(vm);
  const bit = (<u64>1) << source;
  if ((context.enabled & record.plicClaimed & bit) === 0) return;
  record.plicClaimed &= ~bit;
  if ((record.plicLevel & bit) === 0) return;
  record.plicLevel &= ~(bit & EDGES);
  record.plicPending |= bit;
  updateLines(vm);
}

/** One of the two 32-bit words of a set of sources; further words are 0. */
function word(sources: u64, index: u32): u64 {
  if (index > 1) return 0;
  return (sources >> (index << 5)) & 0xffff_ffff;
}

/** Reads a register. Reading CLAIM takes an interrupt; what is not implemented is 0. */
export function plicLoad(vm: usize, offset: u32): u64 {
  const record = vmAt(vm);
  if (offset >= CONTEXT) {
    const index = (offset - CONTEXT) >> CONTEXT_SHIFT;
    if (index >= 2 * record.harts) return 0;
    const register = offset & ((1 << CONTEXT_SHIFT) - 1);
    if (register === THRESHOLD) return contextOf(vm, index).threshold;
    return register === CLAIM ? claim(vm, contextOf(vm, index)) : 0;
  }
  if (offset >= ENABLE) {
    const index = (offset - ENABLE) >> ENABLE_SHIFT;
    if (index >= 2 * record.harts) return 0;
    return word(contextOf(vm, index).enabled, (offset & ((1 << ENABLE_SHIFT) - 1)) >> 2);
  }
  if (offset >= PENDING) return word(record.plicPending, (offset - PENDING) >> 2);
  const source = offset >> 2;
  return source < SOURCES ? load<u32>(priorityAddress(vm, source)) : 0;
}

/** Writes a register; what is read-only or not implemented ignores it. */
export function plicStore(vm: usize, offset: u32, value: u32): void {
  const record = vmAt(vm);
  if (offset >= CONTEXT) {
    const index = (offset - CONTEXT) >> CONTEXT_SHIFT;
    if (index >= 2 * record.harts) return;
    const register = offset & ((1 << CONTEXT_SHIFT) - 1);
    if (register === CLAIM) complete(vm, contextOf(vm, index), value);
    if (register !== THRESHOLD) return;
    contextOf(vm, index).threshold = value & PRIORITY_MASK;
  } else if (offset >= ENABLE) {
    const index = (offset - ENABLE) >> ENABLE_SHIFT;
    const half = (offset & ((1 << ENABLE_SHIFT) - 1)) >> 2;
    if (index >= 2 * record.harts || half > 1) return;
    const context = contextOf(vm, index);
    const shift = half << 5;
    const kept = context.enabled & ~((<u64>0xffff_ffff) << shift);
    context.enabled = (kept | ((<u64>value) << shift)) & ~1;
  } else {
    const source = offset >> 2;
    if (source === 0 || source >= SOURCES) return;
    store<u32>(priorityAddress(vm, source), value & PRIORITY_MASK);
  }
  updateLines(vm);
}
