/** A reader of flattened device trees (Devicetree Specification 0.4, chapter 5), for tests. */
export interface ReadNode {
  readonly properties: Map<string, Uint8Array>;
  readonly children: Map<string, ReadNode>;
}

export function parseTree(blob: Uint8Array): ReadNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (view.getUint32(0) !== 0xd00dfeed) throw new Error('no device tree');
  const names = view.getUint32(12);
  let at = view.getUint32(8);
  const token = () => {
    at += 4;
    return view.getUint32(at - 4);
  };
  const textAt = (start: number) => {
    const end = blob.indexOf(0, start);
    return new TextDecoder().decode(blob.subarray(start, end));
  };
  const node = (): ReadNode => {
    const read: ReadNode = { properties: new Map(), children: new Map() };
    for (;;) {
      const kind = token();
      if (kind === 2) return read;
      if (kind === 1) {
        const name = textAt(at);
        at = (at + name.length + 4) & ~3;
        read.children.set(name, node());
      } else if (kind === 3) {
        const length = token();
        const name = textAt(names + token());
        read.properties.set(name, blob.slice(at, at + length));
        at = (at + length + 3) & ~3;
      } else {
        throw new Error(`token ${kind} at ${at - 4}`);
      }
    }
  };
  if (token() !== 1 || textAt(at) !== '') throw new Error('no root node');
  at += 4;
  const root = node();
  if (token() !== 9) throw new Error('no end');
  return root;
}

/** The node at a path: `soc/serial@10000000`. */
export function nodeAt(root: ReadNode, path: string): ReadNode {
  let node = root;
  for (const name of path.split('/')) {
    const child = node.children.get(name);
    if (child === undefined) throw new Error(`no node ${name} of ${path}`);
    node = child;
  }
  return node;
}

export function cells(bytes: Uint8Array | undefined): number[] {
  if (bytes === undefined) throw new Error('no such property');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i));
}

export function texts(bytes: Uint8Array | undefined): string[] {
  if (bytes === undefined) throw new Error('no such property');
  return new TextDecoder().decode(bytes).split('\0').slice(0, -1);
}
