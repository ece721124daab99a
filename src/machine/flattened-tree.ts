/**
 * The flattened device tree format, version 17 (Devicetree Specification 0.4, chapter 5).
 */
export type PropertyValue =
  | string
  | readonly string[]
  | number
  | bigint
  | readonly (number | bigint)[]
  | Uint8Array
  | true;

/**
 * A node: its properties and children, in order. Numbers become 32-bit cells and bigints two of them;
 * strings become zero-terminated ones, `true` an empty property.
 */
export interface TreeNode {
  readonly properties: Readonly<Record<string, PropertyValue>>;
  readonly children?: Readonly<Record<string, TreeNode>>;
}

const MAGIC = 0xd00dfeed;
const HEADER_SIZE = 40;
const VERSION = 17;
const COMPATIBLE_VERSION = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;

const encoder = new TextEncoder();

function encodeValue(value: PropertyValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encoder.encode(`${value}\0`);
  const items = typeof value === 'object' ? value : [value];
  if (items.every((item) => typeof item === 'string')) {
    return encoder.encode(items.map((item) => `${item}\0`).join(''));
  }
  const bytes: number[] = [];
  for (const item of items as readonly (number | bigint)[]) {
    const width = typeof item === 'bigint' ? 8 : 4;
    for (let i = width - 1; i >= 0; i--) bytes.push(Number((BigInt(item) >> BigInt(8 * i)) & 255n));
  }
  return Uint8Array.from(bytes);
}

/** Bytes that grow at the end, in big-endian cells. */
class CellWriter {
  #bytes = new Uint8Array(4096);
  length = 0;

  append(bytes: Uint8Array): void {
    while (this.length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  cell(value: number): void {
    this.append(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
  }

  align(): void {
    this.append(new Uint8Array(-this.length & 3));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}

/** Writes the tree under `root` as one blob, without memory reservations. */
export function flattenTree(root: TreeNode, bootCpu = 0): Uint8Array {
  const structure = new CellWriter();
  const strings = new CellWriter();
  const offsets = new Map<string, number>();

  const write = (name: string, node: TreeNode): void => {
    structure.cell(BEGIN_NODE);
    structure.append(encoder.encode(`${name}\0`));
    structure.align();
    for (const [key, value] of Object.entries(node.properties)) {
      const bytes = encodeValue(value);
      let offset = offsets.get(key);
      if (offset === undefined) {
        offset = strings.length;
        offsets.set(key, offset);
        strings.append(encoder.encode(`${key}\0`));
      }
      structure.cell(PROPERTY);
      structure.cell(bytes.length);
      structure.cell(offset);
      structure.append(bytes);
      structure.align();
    }
    for (const [key, child] of Object.entries(node.children ?? {})) write(key, child);
    structure.cell(END_NODE);
  };
  write('', root);
  structure.cell(END);

  const reservations = 16;
  const structureAt = HEADER_SIZE + reservations;
  const stringsAt = structureAt + structure.length;
  const blob = new CellWriter();
  blob.cell(MAGIC);
  blob.cell(stringsAt + strings.length);
  blob.cell(structureAt);
  blob.cell(stringsAt);
  blob.cell(HEADER_SIZE);
  blob.cell(VERSION);
  blob.cell(COMPATIBLE_VERSION);
  blob.cell(bootCpu);
  blob.cell(strings.length);
  blob.cell(structure.length);
  blob.append(new Uint8Array(reservations));
  blob.append(structure.finish());
  blob.append(strings.finish());
  return blob.finish();
}
