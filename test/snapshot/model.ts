/** Content for snapshots in tests, and a plain model of what they must give back. */
import type { SnapshotHead, SnapshotInfo } from '../../src/snapshot/snapshot-info.js';
import type { SnapshotReader } from '../../src/snapshot/snapshot-reader.js';
import type { SnapshotStore } from '../../src/snapshot/snapshot-store.js';

const PAGE = 4096;

/** Pages of an area by number. */
export type Pages = ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
export type Areas = Readonly<Record<string, Pages>>;

export const HEAD: SnapshotHead = {
  time: 1000,
  memory: 2 ** 20,
  cpus: 1,
  cpu: 'rv64',
  disks: [],
  machine: { clock: 'virtual' },
};

/** A page that compresses to about half, told apart by its seed. */
export function page(seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PAGE);
  let state = (seed + 1) * 2_654_435_761;
  for (let at = 0; at < PAGE; at += 2) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Pages numbered in steps, of these seeds. */
export function pages(count: number, seed: number, first = 0, step = 1): Pages {
  const found = new Map<number, Uint8Array<ArrayBuffer>>();
  for (let index = 0; index < count; index++) found.set(first + index * step, page(seed + index));
  return found;
}

export function flat(of: Pages): { numbers: Uint32Array; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(of.size * PAGE);
  [...of.values()].forEach((content, index) => {
    bytes.set(content, index * PAGE);
  });
  return { numbers: Uint32Array.from(of.keys()), bytes };
}

/** Takes a snapshot of areas, with a state section. */
export async function save(
  store: SnapshotStore,
  areas: Areas,
  head: Partial<SnapshotHead> = {},
): Promise<SnapshotInfo> {
  const writer = await store.begin();
  try {
    for (const [area, content] of Object.entries(areas)) {
      const { numbers, bytes } = flat(content);
      await writer.addPages(area, numbers, bytes);
    }
    writer.setState('vm', Uint8Array.of(1, 2, 3));
    return await writer.finish({ ...HEAD, ...head });
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Everything that a snapshot gives when it is streamed, area by area. */
export async function streamed(reader: SnapshotReader): Promise<Record<string, Pages>> {
  const areas: Record<string, Pages> = {};
  for (const area of reader.areas) {
    const found = new Map<number, Uint8Array<ArrayBuffer>>();
    for await (const { numbers, bytes } of reader.stream(area)) {
      numbers.forEach((number, index) => {
        found.set(number, bytes.slice(index * PAGE, (index + 1) * PAGE));
      });
    }
    areas[area] = found;
  }
  return areas;
}

/** What is wrong with an area that was read, in one line; undefined if it is as it was saved. */
export function difference(found: Pages | undefined, expected: Pages): string | undefined {
  if (found?.size !== expected.size) return `${found?.size} pages, not ${expected.size}`;
  for (const [number, content] of expected) {
    const there = found.get(number);
    if (there === undefined) return `page ${number} is missing`;
    if (Buffer.compare(there, content) !== 0) return `page ${number} is another`;
  }
  return undefined;
}

/** Opens, streams, compares and closes. */
export async function check(store: SnapshotStore, id: string, areas: Areas): Promise<void> {
  const reader = await store.open(id);
  try {
    const found = await streamed(reader);
    for (const [area, expected] of Object.entries(areas)) {
      const wrong = difference(found[area] ?? new Map(), expected);
      if (wrong !== undefined) throw new Error(`${area} of snapshot ${id}: ${wrong}`);
    }
  } finally {
    reader.close();
  }
}
