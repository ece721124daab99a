import {
  CHECK_SIZE,
  FORMAT_VERSION,
  hex,
  MANIFEST_HEADER,
  MANIFEST_MAGIC,
  putMagic,
  SNAPSHOTS,
  viewOf,
} from './format.js';
import type { Front, Placement } from './manifest-fields.js';
import type { ObjectStore } from './object-store.js';
import type { SnapshotHead } from './snapshot-info.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** An area's columns, in the order of its pages' numbers. */
export interface AreaColumns {
  readonly name: string;
  readonly numbers: Uint32Array<ArrayBuffer>;
  readonly hashes: Uint8Array<ArrayBuffer>;
  readonly places: Uint32Array<ArrayBuffer>;
}

export interface ManifestContent {
  readonly head: SnapshotHead;
  readonly sections: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly areas: readonly AreaColumns[];
  readonly packs: Placement['packs'];
  readonly newPages: number;
  /** Of the pack that came with it. */
  readonly packBytes: number;
}

/** What was written, for whoever tells of it. */
export interface WrittenManifest {
  readonly id: string;
  readonly front: Front;
  readonly placement: Placement;
}

const bytesOf = (column: Uint32Array<ArrayBuffer>) =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** Puts a manifest together and commits it: the snapshot is there when this resolves. */
export async function writeManifest(
  objects: ObjectStore,
  tools: SnapshotTools,
  content: ManifestContent,
): Promise<WrittenManifest> {
  const hash = async (bytes: Uint8Array<ArrayBuffer>) => hex(await tools.sha256(bytes));
  const sections: Front['sections'][number][] = [];
  for (const [name, bytes] of content.sections) {
    sections.push({ name, bytes: bytes.length, sha256: await hash(bytes) });
  }
  const areas: Front['areas'][number][] = [];
  const places: string[] = [];
  for (const area of content.areas) {
    areas.push({
      name: area.name,
      pages: area.numbers.length,
      numbers: await hash(bytesOf(area.numbers)),
      hashes: await hash(area.hashes),
    });
    places.push(await hash(bytesOf(area.places)));
  }
  const parts = [
    ...content.areas.map(({ numbers }) => bytesOf(numbers)),
    ...content.sections.values(),
    ...content.areas.map(({ hashes }) => hashes),
    ...content.areas.map((area) => bytesOf(area.places)),
  ];
  const front: Front = { head: content.head, sections, areas };
  const frontBytes = jsonBytes(front);
  const { packs, newPages } = content;
  const body = parts.reduce((sum, part) => sum + part.length, 0);
  // The text that says how long it all is counts too; its length is known but for the digits.
  const bytes = content.packBytes + body + frontBytes.length + MANIFEST_HEADER.size;
  const placement: Placement = { packs, newPages, bytes, places };
  const placementBytes = jsonBytes(placement);
  const frontHash = await tools.sha256(frontBytes);
  const header = new Uint8Array(MANIFEST_HEADER.size);
  const view = viewOf(header);
  putMagic(header, MANIFEST_MAGIC);
  view.setUint32(MANIFEST_HEADER.version, FORMAT_VERSION, true);
  view.setUint32(MANIFEST_HEADER.frontLength, frontBytes.length, true);
  view.setUint32(MANIFEST_HEADER.placementLength, placementBytes.length, true);
  header.set(frontHash, MANIFEST_HEADER.frontHash);
  header.set(await tools.sha256(placementBytes), MANIFEST_HEADER.placementHash);
  const check = await tools.sha256(header.subarray(0, MANIFEST_HEADER.check));
  header.set(check.subarray(0, CHECK_SIZE), MANIFEST_HEADER.check);
  const id = idOf(frontHash);
  const object = await objects.create(SNAPSHOTS + id);
  try {
    for (const part of [header, frontBytes, placementBytes, ...parts]) await object.append(part);
    await object.commit();
  } catch (error) {
    await object.abort();
    throw error;
  }
  return { id, front, placement };
}

/** A snapshot's id: the first half of its front's hash. */
export const idOf = (frontHash: Uint8Array): string => hex(frontHash.subarray(0, 16));

const jsonBytes = (value: object): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value));
