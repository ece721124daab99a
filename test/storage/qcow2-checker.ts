import { readEntry, readL1Entry } from '../../src/storage/qcow2/entry.js';
import { u64 } from '../../src/storage/qcow2/header.js';
import { readRefcount } from '../../src/storage/qcow2/refcount-block.js';

export interface Verdict {
  /** What is wrong, and would lose or mix data. */
  readonly errors: string[];
  /** Clusters that are counted and not used. */
  leaks: number;
}

/** Counts references in an image of ours (no snapshots) and compares them with its refcounts. */
export function checkQcow2(image: Uint8Array): Verdict {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const clusterBits = view.getUint32(20);
  const clusterSize = 2 ** clusterBits;
  const order = view.getUint32(4) === 2 ? 4 : view.getUint32(96);
  const verdict: Verdict = { errors: [], leaks: 0 };
  const used = new Map<number, string[]>();
  const use = (offset: number, bytes: number, what: string) => {
    if (offset % clusterSize !== 0 && !what.startsWith('compressed')) {
      verdict.errors.push(`${what} at ${offset} is not aligned`);
    }
    if (offset >= image.length) verdict.errors.push(`${what} at ${offset} is beyond the end`);
    const last = Math.floor((offset + bytes - 1) / clusterSize);
    for (let cluster = Math.floor(offset / clusterSize); cluster <= last; cluster++) {
      used.set(cluster, [...(used.get(cluster) ?? []), what]);
    }
  };
  const cluster = (offset: number) => {
    const bytes = new Uint8Array(clusterSize);
    bytes.set(image.subarray(offset, offset + clusterSize));
    return new DataView(bytes.buffer);
  };

  use(0, clusterSize, 'header');
  const tableOffset = u64(view, 48);
  const tableBytes = view.getUint32(56) * clusterSize;
  use(tableOffset, tableBytes, 'refcount table');
  const perBlock = (clusterSize * 8) / 2 ** order;
  const counts = new Map<number, number>();
  for (let at = 0; at < tableBytes && tableOffset + at + 8 <= image.length; at += 8) {
    const offset = u64(view, tableOffset + at);
    if (offset === 0) continue;
    use(offset, clusterSize, 'refcount block');
    const block = cluster(offset);
    for (let slot = 0; slot < perBlock; slot++) {
      const count = readRefcount(block, slot, order);
      if (count > 0) counts.set((at / 8) * perBlock + slot, count);
    }
  }
  const copied: [number, boolean, string][] = [];
  const [l1Offset, l1Size] = [u64(view, 40), view.getUint32(36)];
  use(l1Offset, l1Size * 8, 'L1 table');
  const l1 = new DataView(image.slice(l1Offset, l1Offset + l1Size * 8).buffer);
  for (let index = 0; index < l1Size; index++) {
    const l2 = readL1Entry(l1, index);
    if (l2.offset === 0) continue;
    use(l2.offset, clusterSize, 'L2 table');
    copied.push([l2.offset, l2.copied, 'L2 table']);
    const table = cluster(l2.offset);
    for (let slot = 0; slot < clusterSize / 8; slot++) {
      const entry = readEntry(table, slot, clusterBits);
      if (entry.kind === 'unallocated') continue;
      if (entry.kind === 'compressed') {
        use(entry.offset, entry.length, 'compressed cluster');
      } else if (entry.offset !== 0) {
        use(entry.offset, clusterSize, 'data cluster');
        copied.push([entry.offset, entry.copied, 'data cluster']);
      }
    }
  }
  for (const [place, whats] of used) {
    const count = counts.get(place) ?? 0;
    if (count < whats.length) {
      verdict.errors.push(`cluster ${place} has count ${count} and is ${whats.join(', ')}`);
    }
    const shared = whats.filter((what) => what !== 'compressed cluster').length;
    if (whats.length > 1 && shared > 0) {
      verdict.errors.push(`cluster ${place} is ${whats.join(' and ')}`);
    }
  }
  for (const [offset, flag, what] of copied) {
    if (flag !== (counts.get(offset / clusterSize) === 1)) {
      verdict.errors.push(`the ${what} at ${offset} has a wrong copied flag`);
    }
  }
  for (const [place, count] of counts) {
    if (count > (used.get(place)?.length ?? 0)) verdict.leaks++;
  }
  return verdict;
}
