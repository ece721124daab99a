import { describe, expect, it } from 'vitest';
import { cells, parseTree, texts } from '../../test/flattened-tree-reader.js';
import { flattenTree } from './flattened-tree.js';

describe('flattened device trees', () => {
  it('hold every property and node, in order', () => {
    const blob = flattenTree({
      properties: { empty: true, text: 'abc', texts: ['a', 'bc'], cell: 0xdead_beef },
      children: {
        'first@1': { properties: { wide: 0x1_0000_0002n, list: [1, 2n], raw: Uint8Array.of(7) } },
        second: { properties: {}, children: { inner: { properties: { text: '' } } } },
      },
    });
    const root = parseTree(blob);
    expect([...root.children.keys()]).toEqual(['first@1', 'second']);
    expect(root.properties.get('empty')).toEqual(new Uint8Array(0));
    expect(texts(root.properties.get('text'))).toEqual(['abc']);
    expect(texts(root.properties.get('texts'))).toEqual(['a', 'bc']);
    expect(cells(root.properties.get('cell'))).toEqual([0xdead_beef]);
    const first = root.children.get('first@1');
    expect(cells(first?.properties.get('wide'))).toEqual([1, 2]);
    expect(cells(first?.properties.get('list'))).toEqual([1, 0, 2]);
    expect(first?.properties.get('raw')).toEqual(Uint8Array.of(7));
    const inner = root.children.get('second')?.children.get('inner');
    expect(texts(inner?.properties.get('text'))).toEqual(['']);
  });

  it('has a header of version 17 that names its parts', () => {
    const blob = flattenTree({ properties: {} });
    const view = new DataView(blob.buffer, blob.byteOffset);
    expect(view.getUint32(0)).toBe(0xd00dfeed);
    expect(view.getUint32(4)).toBe(blob.length);
    expect([view.getUint32(20), view.getUint32(24)]).toEqual([17, 16]);
    // The reservation block is aligned to 8 bytes, the structure block to 4.
    expect([view.getUint32(16) % 8, view.getUint32(8) % 4]).toEqual([0, 0]);
  });
});
