import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../src/core/abi.js';
import { describeState, type StateKind } from '../../../src/core/state-section.js';
import { Machine } from '../machine.js';
import { attachPlain, savedSection } from './devices.js';
import { constantsOf, type Place, recordOf } from './layout.js';

const LAYOUT = constantsOf('layout.ts');
const VM = constantsOf('vm/vm.ts', LAYOUT);
const HART = constantsOf('hart/hart.ts', LAYOUT);
const SLOT = constantsOf('virtio/slot.ts', VM);

/** Of a section, and of a record in it (assembly/state/record.ts). */
const HEADER = 8;
const RECORD_HEADER = 8;

/** Fields that say how many elements others have. */
const SHAPE = ['harts', 'queues', 'configSize'];

/** A constant of the core by its name. */
function at(constants: Record<string, number>, name: string): number {
  const value = constants[name];
  if (value === undefined) throw new Error(`the core's source has no constant ${name}`);
  return value;
}

/** A part of a block, and the section that it must be in; what is in none says why. */
interface Part {
  readonly name: string;
  readonly from: number;
  readonly bytes: number;
  /** Name of the field that it is saved as. */
  readonly saved?: string;
  /** Why it is not. */
  readonly derived?: string;
}

/** A record's fields as parts. */
function parts(
  record: readonly Place[],
  base: number,
  derived: Readonly<Record<string, string>>,
  saved: (name: string) => string = (name) => name,
): Part[] {
  const stale = Object.keys(derived).filter((name) => record.every((field) => field.name !== name));
  if (stale.length > 0) throw new Error(`there are no fields ${stale}`);
  return record.map(({ name, offset, bytes }) => {
    const why = derived[name];
    const how = why === undefined ? { saved: saved(name) } : { derived: why };
    return { name, from: base + offset, bytes, ...how };
  });
}

const area = (name: string, from: number, bytes: number, saved: string): Part => ({
  name,
  from,
  bytes,
  saved,
});
const without = (name: string, from: number, to: number, derived: string): Part => ({
  name,
  from,
  bytes: to - from,
  derived,
});

const CALL = 'lives within one call into the core';
const ADDRESS = 'an address, or rests on one';

function vmParts(): Part[] {
  const harts = 2;
  const uart = at(VM, 'UART_OFFSET');
  const exits = at(VM, 'EXIT_COUNT_OFFSET');
  const exitBytes = 8 * at(VM, 'EXIT_REASONS');
  const contexts = at(VM, 'PLIC_CONTEXT_OFFSET');
  return [
    ...parts(recordOf('vm/vm.ts', 'Vm'), 0, {
      exitPending: CALL,
      running: CALL,
      work: CALL,
      epoch: 'a restored VM counts epochs of its own',
      next: ADDRESS,
      freeSlab: ADDRESS,
      slabFrames: 'no request is under way',
      pins: 'no request is under way',
      pagesMade: 'lives within one turn of the host layer',
      missing: 'lives until the next call',
    }),
    without('harts', at(VM, 'HART_TABLE_OFFSET'), at(VM, 'PLIC_PRIORITY_OFFSET'), ADDRESS),
    area('priorities', at(VM, 'PLIC_PRIORITY_OFFSET'), 256, 'plicPriorities'),
    ...Array.from({ length: 2 * harts }, (_, context) => [
      area(`enabled ${context}`, contexts + 16 * context, 8, 'plicEnabled'),
      area(`threshold ${context}`, contexts + 16 * context + 8, 4, 'plicThresholds'),
      without(
        `reserved ${context}`,
        contexts + 16 * context + 12,
        contexts + 16 * context + 16,
        '',
      ),
    ]).flat(),
    without('contexts of other harts', contexts + 32 * harts, uart, 'there are no such harts'),
    ...parts(
      recordOf('vm/vm.ts', 'Uart'),
      uart,
      {
        irq: 'a constant',
        outHead: "where in a ring bytes stand is nobody's affair",
        outTail: 'as many bytes are saved as uart.out',
        inHead: 'as outHead',
        inTail: 'as many bytes are saved as uart.in',
        out: ADDRESS,
        in: ADDRESS,
      },
      (name) => `uart.${name}`,
    ),
    area('exits', exits, exitBytes, 'exits'),
    without('unused', exits + exitBytes, at(VM, 'DEBUG_OFFSET'), 'nothing is there'),
    without('debugger', at(VM, 'DEBUG_OFFSET'), at(VM, 'MAP_OFFSET'), 'no part of the machine'),
    without('map', at(VM, 'MAP_OFFSET'), at(VM, 'RINGS_OFFSET'), ADDRESS),
    without('rings', at(VM, 'RINGS_OFFSET'), at(VM, 'VIRTIO_OFFSET'), 'empty in this test'),
    without('slots', at(VM, 'VIRTIO_OFFSET'), at(VM, 'SLAB_TABLE_OFFSET'), 'sections of their own'),
    without('slabs', at(VM, 'SLAB_TABLE_OFFSET'), at(VM, 'VM_FRAMES') * PAGE_SIZE, ADDRESS),
  ];
}

function slotParts(queues: number): Part[] {
  const base = at(VM, 'VIRTIO_OFFSET');
  const config = base + at(SLOT, 'CONFIG_OFFSET');
  const records = base + at(VM, 'VIRTIO_SLOT_RECORD');
  const size = at(VM, 'VIRTIO_QUEUE_RECORD');
  const slot = parts(recordOf('virtio/slot.ts', 'Slot'), base, {
    index: 'which slot it is',
    reserved: 'nothing is there',
  });
  const queue = (index: number) =>
    parts(
      recordOf('virtio/slot.ts', 'Queue'),
      records + index * size,
      {
        inFlight: 'no request is under way',
        reserved: ADDRESS,
        availableAddress: ADDRESS,
        usedAddress: ADDRESS,
      },
      (name) => `queue.${name}`,
    );
  return [
    ...slot,
    area('config', config, 12, 'config'),
    without('config beyond its end', config + 12, records, 'nothing is there'),
    ...Array.from({ length: queues }, (_, index) => queue(index)).flat(),
    without(
      'other queues',
      records + queues * size,
      base + at(VM, 'VIRTIO_SLOT_SIZE'),
      'there are no such queues',
    ),
  ];
}

/** A TLB's entries: tag, address, guest page. */
function tlbParts(name: string, from: number, entries: number): Part[] {
  return Array.from({ length: entries }, (_, index) => [
    area(`${name} tag ${index}`, from + 16 * index, 8, `${name}Tags`),
    without(`${name} address ${index}`, from + 16 * index + 8, from + 16 * index + 12, ADDRESS),
    area(`${name} page ${index}`, from + 16 * index + 12, 4, `${name}Pages`),
  ]).flat();
}

function hartParts(): Part[] {
  const own = (name: string) => {
    if (/^[xf]\d+$/.test(name)) return name.slice(0, 1);
    return name.startsWith('pmpaddr') ? 'pmpaddr' : name;
  };
  const contexts = at(HART, 'CONTEXTS_OFFSET');
  const contextsEnd = contexts + 8 * at(HART, 'CONTEXTS');
  const regimes = at(HART, 'REGIMES_OFFSET');
  const guestPages = at(HART, 'GUEST_PAGES_OFFSET');
  return [
    ...parts(
      recordOf('hart/hart.ts', 'Hart'),
      0,
      {
        floatReady: 'follows from FS and fcsr',
        floatFast: 'follows from FS and fcsr',
        wanted: CALL,
        stop: CALL,
        slice: CALL,
        remaining: CALL,
        code: ADDRESS,
        vm: ADDRESS,
        index: 'which hart it is',
        extensions: 'those of the VM',
        misa: 'follows from the extensions',
      },
      own,
    ),
    area('superpages', at(HART, 'SUPERPAGES_OFFSET'), at(HART, 'SUPERPAGES_SIZE'), 'superpages'),
    area('contexts', contexts, 8 * at(HART, 'CONTEXTS'), 'contexts'),
    without('context 255', contextsEnd, at(HART, 'TLB_READ_OFFSET'), 'never given out'),
    ...tlbParts('read', at(HART, 'TLB_READ_OFFSET'), at(HART, 'TLB_DATA_ENTRIES')),
    ...tlbParts('write', at(HART, 'TLB_WRITE_OFFSET'), at(HART, 'TLB_DATA_ENTRIES')),
    ...tlbParts('fetch', at(HART, 'TLB_FETCH_OFFSET'), at(HART, 'TLB_FETCH_ENTRIES')),
    area('regimes', regimes, 512, 'regimes'),
    without('beyond the regimes', regimes + 512, guestPages, 'there are no such regimes'),
    area('guestPages', guestPages, at(HART, 'GUEST_PAGES_SIZE'), 'guestPages'),
  ];
}

/** Where each field's elements stand in a section's bytes. */
function spans(section: Uint8Array): Map<string, readonly [begin: number, end: number]> {
  const found = new Map<string, readonly [number, number]>();
  let end = HEADER;
  for (const { name, values } of describeState(section).fields) {
    const begin = end + RECORD_HEADER + name.length;
    end = begin + values.byteLength;
    found.set(name, [begin, end]);
  }
  return found;
}

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** Flips a bit of each byte of a part, and says where a section does not follow as it should. */
function wrongIn(machine: Machine, kind: StateKind, index: number, block: number, part: Part) {
  const { core } = machine;
  const before = savedSection(machine, kind, index);
  const span = part.saved === undefined ? undefined : spans(before).get(part.saved);
  if (span === undefined) return `${part.name}: there is no field ${part.saved}`;
  const [begin, end] = span;
  const flip = (place: number) => {
    core.bytes[place] = (core.bytes[place] ?? 0) ^ 1;
  };
  // Of arrays one byte in eight; of what decides how much is saved the lowest alone.
  const shape = SHAPE.includes(part.name);
  for (let byte = 0; byte < (shape ? 1 : part.bytes); byte += part.bytes > 8 ? 8 : 1) {
    flip(block + part.from + byte);
    const after = savedSection(machine, kind, index);
    flip(block + part.from + byte);
    if (equal(before.subarray(begin, end), after.subarray(begin, end))) {
      return `${part.name}: byte ${byte} is not saved as ${part.saved}`;
    }
    const others =
      equal(before.subarray(0, begin), after.subarray(0, begin)) &&
      equal(before.subarray(end), after.subarray(end));
    if (!shape && !others) return `${part.name}: byte ${byte} is not in ${part.saved} alone`;
  }
  return undefined;
}

/** Parts that stand where no field of the test's account is, or are accounted for twice. */
function gaps(all: readonly Part[], from: number, to: number): string[] {
  const found: string[] = [];
  const inOrder = [...all].sort((a, b) => a.from - b.from);
  let end = from;
  for (const part of inOrder) {
    if (part.from < end) found.push(`${part.name} overlaps what is before it`);
    end = part.from + part.bytes;
  }
  if (end > to) found.push(`the block ends at ${to}, and the last part at ${end}`);
  return found;
}

function check(machine: Machine, kind: StateKind, index: number, block: number, all: Part[]) {
  const wrong = all
    .filter(({ saved }) => saved !== undefined)
    .map((part) => wrongIn(machine, kind, index, block, part));
  expect(wrong.filter((each) => each !== undefined)).toEqual([]);
}

/** Names of a section's fields that no part of a block is saved as. */
function unaccounted(machine: Machine, kind: StateKind, index: number, all: readonly Part[]) {
  const accounted = new Set(all.map(({ saved }) => saved));
  const { fields } = describeState(savedSection(machine, kind, index));
  return fields.map(({ name }) => name).filter((name) => !accounted.has(name));
}

describe('each field of the core is in a section, or said not to be: of', () => {
  it('the VM', async () => {
    const machine = await Machine.create('j .', { harts: 2, memory: 1 << 20 });
    const all = vmParts();
    check(machine, 'vm', 0, machine.vm * PAGE_SIZE, all);
    expect(gaps(all, 0, at(VM, 'VM_FRAMES') * PAGE_SIZE)).toEqual([]);
    expect(unaccounted(machine, 'vm', 0, all)).toEqual([...['slots', 'uart.out', 'uart.in']]);
  });

  it('a virtio slot', async () => {
    const machine = await Machine.create('j .', { memory: 1 << 20 });
    attachPlain(machine);
    const all = slotParts(2);
    check(machine, 'virtio', 0, machine.vm * PAGE_SIZE, all);
    const begin = at(VM, 'VIRTIO_OFFSET');
    expect(gaps(all, begin, begin + at(VM, 'VIRTIO_SLOT_SIZE'))).toEqual([]);
    expect(unaccounted(machine, 'virtio', 0, all)).toEqual([]);
  });

  it('a hart', async () => {
    const machine = await Machine.create('j .', { memory: 1 << 20 });
    const table = machine.vm * PAGE_SIZE + at(VM, 'HART_TABLE_OFFSET');
    const block = new DataView(machine.core.memory.buffer).getUint32(table, true);
    const all = hartParts();
    // Of a TLB's entries some: one loop saves them all.
    const looked = all.filter(
      ({ name }) => Number(/\d+$/.exec(name)?.[0] ?? 0) % 31 === 0 || /^[^ ]+$/.test(name),
    );
    check(machine, 'hart', 0, block, looked);
    expect(gaps(all, 0, at(HART, 'HART_SIZE'))).toEqual([]);
    expect(unaccounted(machine, 'hart', 0, all)).toEqual([]);
  });
});
