/** Snapshots with right hashes that nobody of good will wrote. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { browserSnapshotTools } from '../../src/browser/snapshots.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { type ManifestContent, writeManifest } from '../../src/snapshot/manifest-writer.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import type { SnapshotTools } from '../../src/snapshot/snapshot-tools.js';
import { check, HEAD, pages, save } from './model.js';

const AREA = {
  name: 'memory',
  numbers: Uint32Array.of(1, 2),
  hashes: new Uint8Array(64),
  places: Uint32Array.of(0, 0, 0, 1),
};
const SOUND: ManifestContent = {
  head: HEAD,
  sections: new Map(),
  areas: [AREA],
  packs: [{ id: '0'.repeat(32), blocks: 1 }],
  newPages: 2,
  packBytes: 0,
};

/** Writes it, opens it and reads a page. */
async function read(content: object): Promise<unknown> {
  const objects = new MemoryObjects();
  const all = { ...SOUND, ...content };
  const { id } = await writeManifest(objects, nodeSnapshotTools, all);
  const store = new SnapshotStore(objects, nodeSnapshotTools);
  const reader = await store.open(id);
  return await reader.readAround('memory', 1).finally(() => reader.close());
}

describe('a manifest', () => {
  it.each([
    [
      'page numbers that descend',
      { areas: [{ ...AREA, numbers: Uint32Array.of(2, 1) }] },
      /do not ascend/,
    ],
    [
      'a pack that is not listed',
      { areas: [{ ...AREA, places: Uint32Array.of(0, 0, 9, 1) }] },
      /page 2 of memory is at a place that no pack of it has/,
    ],
    [
      'a place outside of its pack',
      { areas: [{ ...AREA, places: Uint32Array.of(0, 0, 0, 16) }] },
      /at a place that no pack of it has/,
    ],
    [
      'columns that are too short',
      { areas: [{ ...AREA, hashes: new Uint8Array(32) }] },
      /bytes; \d+ were expected/,
    ],
    [
      'more blocks than there can be',
      { packs: Array(9).fill({ id: '0'.repeat(32), blocks: 2 ** 25 }) },
      /more than 268435456 blocks/,
    ],
    [
      'packs with names of other files',
      { packs: [{ id: '../../etc/passwd', blocks: 1 }] },
      /packs\[0\]\.id is/,
    ],
    ['a thousand and more areas', { areas: Array(1025).fill(AREA) }, /more than 1024/],
    ['a head that is none', { head: { ...HEAD, memory: -1 } }, /head.memory is -1/],
    ['a parent that is none', { head: { ...HEAD, parent: 'x' } }, /head.parent is "x"/],
    [
      'disks of no kind',
      { head: { ...HEAD, disks: [{ size: 1, blocks: 1, kind: 'x' }] } },
      /kind is "x"/,
    ],
  ])('with %s is refused', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
    await expect(read(content)).rejects.toMatchObject({ code: 'snapshot-damaged' });
  });

  it('that names a pack that is not there is one whose pages are missing', async () => {
    await expect(read({})).rejects.toMatchObject({ code: 'snapshot-missing' });
  });
});

describe.each([
  ['Node', nodeSnapshotTools],
  ['browsers', browserSnapshotTools],
] as const)('in %s, a block', (_, tools) => {
  it.each([
    ['much more', new Uint8Array(2 ** 25)],
    ['one byte more', new Uint8Array(16 * 4096 + 1)],
    ['one byte less', new Uint8Array(16 * 4096 - 1)],
    ['nothing', new Uint8Array(0)],
  ])('that inflates to %s than its pages have is refused', async (_, content) => {
    const objects = new MemoryObjects();
    const bomb = deflateRawSync(content, { level: 9 });
    const wrong: SnapshotTools = { ...tools, deflate: async () => bomb };
    const areas = { memory: pages(16, 0) };
    const { id } = await save(new SnapshotStore(objects, wrong), areas);
    const store = new SnapshotStore(objects, tools);
    const refused = {
      code: 'snapshot-damaged',
      message: /pack [0-9a-f]{32} is damaged: its block 0/,
    };
    await expect(check(store, id, areas)).rejects.toThrow(refused.message);
    await expect(store.verify()).rejects.toMatchObject({ code: refused.code });
  });
});
