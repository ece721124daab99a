/** A VM's state beside its memory, by named sections: 'vm', 'hart0' and so on, 'virtio0' where there is a device. */
import { LayoutValue, VIRTIO_SLOTS } from './abi.js';
import type { Core } from './core.js';
import { ConfigurationError, SnapshotError, type SnapshotErrorKind } from './errors.js';
import {
  describeState,
  parseSectionName,
  printableName,
  STATE_KINDS,
  type StateKind,
  sectionName,
  stateValue,
} from './state-section.js';

/** What `vmLoadState` answers (assembly/state/record.ts). */
const StateRefusal = {
  None: 0,
  NoSection: 1,
  OtherSection: 2,
  OtherVersion: 3,
  BrokenRecord: 4,
  UnknownField: 5,
  MissingField: 6,
  WrongShape: 7,
  WrongValue: 8,
  OtherMachine: 9,
} as const;

type Wording = readonly [kind: SnapshotErrorKind, text: (field: string) => string];

/** What is said of a refused section, behind its name. */
const WORDINGS: ReadonlyMap<number, Wording> = new Map<number, Wording>([
  [StateRefusal.NoSection, ['version', () => 'is of a part that this machine lacks']],
  [StateRefusal.OtherSection, ['damaged', () => 'holds something else']],
  [StateRefusal.OtherVersion, ['version', () => 'is of a version that is not known here']],
  [StateRefusal.BrokenRecord, ['damaged', (field) => `is damaged about field ${field}`]],
  [StateRefusal.UnknownField, ['version', (field) => `has a field ${field} not known there`]],
  [StateRefusal.MissingField, ['version', (field) => `lacks the field ${field}`]],
  [StateRefusal.WrongShape, ['damaged', (field) => `has a field ${field} of another size`]],
  [StateRefusal.WrongValue, ['damaged', (field) => `has no possible value in ${field}`]],
  [StateRefusal.OtherMachine, ['version', (field) => `is of a machine with other ${field}`]],
]);

function save(core: Core, vm: number, kind: StateKind, index: number): Uint8Array | undefined {
  const bytes = core.exports.vmSaveState(vm, STATE_KINDS.indexOf(kind), index) >>> 0;
  const area = core.layout(LayoutValue.Transfer);
  return bytes === 0 ? undefined : core.bytes.slice(area, area + bytes);
}

/**
 * The state of a VM between two runs. It holds no address of the host.
 *
 * @throws SnapshotError 'busy' while requests of its devices are under way
 * @throws ConfigurationError for an engine that cannot
 */
export function saveState(core: Core, vm: number, harts: number): Map<string, Uint8Array> {
  if (!core.engine.forks) {
    throw new ConfigurationError(`the engine '${core.engine.name}' cannot save a machine's state`);
  }
  const sections = new Map<string, Uint8Array>();
  const add = (kind: StateKind, index: number, required: boolean) => {
    const bytes = save(core, vm, kind, index);
    if (bytes !== undefined) sections.set(sectionName(kind, index), bytes);
    else if (required) {
      throw new SnapshotError('busy', "requests of the VM's devices are still under way");
    }
  };
  add('vm', 0, true);
  for (let hart = 0; hart < harts; hart++) add('hart', hart, true);
  for (let slot = 0; slot < VIRTIO_SLOTS; slot++) add('virtio', slot, false);
  return sections;
}

function refuse(kind: SnapshotErrorKind, section: string, why: string): never {
  throw new SnapshotError(kind, `section '${section}' of the state ${why}`);
}

/** The name of the field at fault, as the core left it. */
function fieldAtFault(core: Core): string {
  const area = core.layout(LayoutValue.Transfer);
  const length = new DataView(core.memory.buffer).getUint32(area, true);
  return `'${printableName(core.bytes.subarray(area + 4, area + 4 + Math.min(length, 255)))}'`;
}

function load(core: Core, vm: number, name: string, bytes: Uint8Array): void {
  const named = parseSectionName(name);
  if (named === undefined)
    refuse('version', printableName(new TextEncoder().encode(name)), 'is not known here');
  if (bytes.length > core.layout(LayoutValue.TransferSize)) {
    refuse('damaged', name, `has ${bytes.length} bytes, more than any`);
  }
  core.bytes.set(bytes, core.layout(LayoutValue.Transfer));
  const { kind, index } = named;
  const { exports } = core;
  const refusal = exports.vmLoadState(vm, STATE_KINDS.indexOf(kind), index, bytes.length) >>> 0;
  if (refusal === StateRefusal.None) return;
  const [errorKind, text] = WORDINGS.get(refusal) ?? ['damaged', () => 'is damaged'];
  refuse(errorKind, name, text(fieldAtFault(core)));
}

/** Sections that a machine with these in its section 'vm' has beside it. */
function expectedSections(vmSection: Uint8Array): string[] {
  const vm = describeState(vmSection);
  const harts = Number(stateValue(vm, 'harts') ?? 0n);
  const slots = Number(stateValue(vm, 'slots') ?? 0n);
  const numbers = Array.from({ length: VIRTIO_SLOTS }, (_, slot) => slot);
  return [
    ...Array.from({ length: harts }, (_, hart) => sectionName('hart', hart)),
    ...numbers.filter((slot) => (slots >> slot) & 1).map((slot) => sectionName('virtio', slot)),
  ];
}

/**
 * Gives a VM the state that `saveState` saved. The VM was made alike, has its devices in their slots, and never
 * ran; what the host writes into its memory it writes before, since that ends reservations. Afterwards it goes on
 * where the other one stood. After an error the VM is to be destroyed.
 *
 * @throws SnapshotError 'damaged' or 'version', naming section and field
 */
export function loadState(core: Core, vm: number, sections: ReadonlyMap<string, Uint8Array>): void {
  const first = sections.get('vm');
  if (first === undefined) refuse('damaged', 'vm', 'is missing');
  // It says of how many harts and which devices the machine is made; they are this VM's if it is taken.
  load(core, vm, 'vm', first);
  const expected = expectedSections(first);
  const missing = expected.find((name) => !sections.has(name));
  if (missing !== undefined) refuse('damaged', missing, 'is missing');
  for (const [name, bytes] of sections) {
    if (name !== 'vm') load(core, vm, name, bytes);
  }
}
