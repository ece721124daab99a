/** A section of a machine's state as bytes (assembly/state/record.ts), taken apart without a core. */
import { SnapshotError } from './errors.js';

/** Kinds of sections, as `vmSaveState` numbers them, and what their names begin with. */
export const STATE_KINDS = ['vm', 'hart', 'virtio'] as const;
export type StateKind = (typeof STATE_KINDS)[number];

/** "HWst", little-endian. */
const MAGIC = 0x7473_5748;
const HEADER_SIZE = 8;
const RECORD_HEADER_SIZE = 8;

export type StateValues = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

export interface StateField {
  readonly name: string;
  /** As many elements as the field has, of its width. */
  readonly values: StateValues;
}

export interface StateSection {
  /** Of the format: what is in a section of this kind. */
  readonly version: number;
  readonly kind: StateKind;
  readonly index: number;
  readonly fields: readonly StateField[];
}

/** What a section is called: 'vm', 'hart0', 'virtio7'. */
export function sectionName(kind: StateKind, index: number): string {
  return kind === 'vm' ? kind : `${kind}${index}`;
}

/** Kind and index by a section's name; undefined for a name that none has. */
export function parseSectionName(
  name: string,
): { readonly kind: StateKind; readonly index: number } | undefined {
  const parts = /^(vm|hart|virtio)(0|[1-9]\d?)?$/.exec(name);
  const kind = STATE_KINDS.find((each) => each === parts?.[1]);
  if (kind === undefined || (kind === 'vm') !== (parts?.[2] === undefined)) return undefined;
  return { kind, index: Number(parts?.[2] ?? 0) };
}

/** Names come out of files: what is no letter of a name becomes a question mark. */
export function printableName(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?',
  ).join('');
}

function valuesOf(bytes: Uint8Array<ArrayBuffer>, width: number): StateValues {
  const { buffer } = bytes.slice();
  if (width === 1) return new Uint8Array(buffer);
  if (width === 2) return new Uint16Array(buffer);
  return width === 4 ? new Uint32Array(buffer) : new BigUint64Array(buffer);
}

/**
 * The fields of a section, in their order, with copies of their values. Whether a machine could have them is not
 * looked at: that is `loadState`'s affair.
 *
 * @throws SnapshotError 'damaged' if the bytes are no section
 */
export function describeState(section: Uint8Array): StateSection {
  const bytes = section.slice();
  const view = new DataView(bytes.buffer);
  const kind = bytes.length < HEADER_SIZE ? undefined : STATE_KINDS[view.getUint8(6)];
  if (kind === undefined || view.getUint32(0, true) !== MAGIC) {
    throw new SnapshotError('damaged', `${bytes.length} bytes are no section of a machine's state`);
  }
  const index = view.getUint8(7);
  const fields: StateField[] = [];
  for (let at = HEADER_SIZE; at < bytes.length; ) {
    const left = bytes.length - at;
    const length = left < RECORD_HEADER_SIZE ? 0 : view.getUint8(at);
    const width = length === 0 ? 0 : view.getUint8(at + 1);
    const size = width === 0 ? 0 : width * view.getUint32(at + 4, true);
    if (![1, 2, 4, 8].includes(width) || RECORD_HEADER_SIZE + length + size > left) {
      const after = fields.at(-1)?.name;
      throw new SnapshotError(
        'damaged',
        `section '${sectionName(kind, index)}' of the state is damaged ` +
          `${after === undefined ? 'at its begin' : `behind field '${after}'`}`,
      );
    }
    const elements = at + RECORD_HEADER_SIZE + length;
    fields.push({
      name: printableName(bytes.subarray(at + RECORD_HEADER_SIZE, elements)),
      values: valuesOf(bytes.subarray(elements, elements + size), width),
    });
    at = elements + size;
  }
  return { version: view.getUint16(4, true), kind, index, fields };
}

/** A field's only value; undefined if there is no such field, or it has several. */
export function stateValue(section: StateSection, name: string): bigint | undefined {
  const values = section.fields.find((field) => field.name === name)?.values;
  const [value] = values?.length === 1 ? values : [];
  return value === undefined ? undefined : BigInt(value);
}
