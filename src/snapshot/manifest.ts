import { SnapshotError } from '../core/errors.js';
import type { JsonValue } from '../core/json.js';
import {
  CHECK_SIZE,
  FORMAT_VERSION,
  HASH_SIZE,
  hasMagic,
  hex,
  MANIFEST_HEADER,
  MANIFEST_MAGIC,
  MAX_JSON,
  PLACE_ROW,
  SNAPSHOTS,
  viewOf,
} from './format.js';
import {
  FieldTrouble,
  type Front,
  type Placement,
  readFront,
  readPlacement,
} from './manifest-fields.js';
import { idOf, type WrittenManifest } from './manifest-writer.js';
import type { ObjectStore } from './object-store.js';
import { sameBytes } from './pack.js';
import type { SnapshotInfo } from './snapshot-info.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** Read at once: all that `list` needs, and for small machines all that `open` needs. */
const FIRST_READ = 2 ** 14;
/** As much, where page numbers and device state are wanted too. */
const OPENING_READ = 2 ** 18;

/** The hashes and places of an area's pages, by their index. */
export interface AreaPlaces {
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** Pairs: number of the pack in the list, place in it. */
  readonly places: Uint32Array<ArrayBuffer>;
}

/** A manifest whose texts have been checked; its columns are read, and checked, when they are wanted. */
export class Manifest implements WrittenManifest {
  readonly id: string;
  readonly front: Front;
  readonly placement: Placement;
  /** Bytes. */
  readonly size: number;
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  /** Where the numbers begin, and what was read from the object's beginning. */
  readonly #bodyAt: number;
  readonly #beginning: Uint8Array<ArrayBuffer>;

  private constructor(
    objects: ObjectStore,
    tools: SnapshotTools,
    texts: WrittenManifest,
    size: number,
    bodyAt: number,
    beginning: Uint8Array<ArrayBuffer>,
  ) {
    this.#objects = objects;
    this.#tools = tools;
    this.id = texts.id;
    this.front = texts.front;
    this.placement = texts.placement;
    this.size = size;
    this.#bodyAt = bodyAt;
    this.#beginning = beginning;
  }

  /**
   * @param whole whether numbers and sections will be asked for, too
   * @throws SnapshotError 'missing', 'damaged' or 'version'
   */
  static async open(
    objects: ObjectStore,
    tools: SnapshotTools,
    id: string,
    whole: boolean,
  ): Promise<Manifest> {
    const name = SNAPSHOTS + id;
    const damaged = (what: string) => damagedSnapshot(objects, id, what);
    const size = await objects.size(name);
    const first = Math.min(size, whole ? OPENING_READ : FIRST_READ);
    let beginning = await objects.read(name, 0, first);
    if (size < MANIFEST_HEADER.size || !hasMagic(beginning, MANIFEST_MAGIC)) {
      throw damaged('it does not begin as a manifest');
    }
    const header = viewOf(beginning);
    const version = header.getUint32(MANIFEST_HEADER.version, true);
    if (version !== FORMAT_VERSION) {
      throw new SnapshotError(
        'version',
        `${objects.name}: snapshot ${id} has format version ${version}; this version of Hartwood reads ${FORMAT_VERSION}`,
      );
    }
    const check = await tools.sha256(beginning.subarray(0, MANIFEST_HEADER.check));
    const checkAt = MANIFEST_HEADER.check;
    if (
      !sameBytes(check.subarray(0, CHECK_SIZE), beginning.subarray(checkAt, checkAt + CHECK_SIZE))
    ) {
      throw damaged('its header was altered');
    }
    const frontLength = header.getUint32(MANIFEST_HEADER.frontLength, true);
    const placementLength = header.getUint32(MANIFEST_HEADER.placementLength, true);
    const placementAt = MANIFEST_HEADER.size + frontLength;
    const bodyAt = placementAt + placementLength;
    if (frontLength > MAX_JSON || placementLength > MAX_JSON || bodyAt > size) {
      throw damaged(`texts of ${frontLength} and ${placementLength} bytes are not in its ${size}`);
    }
    if (bodyAt > first) beginning = await objects.read(name, 0, bodyAt);
    const hashAt = (at: number) => beginning.subarray(at, at + HASH_SIZE);
    const front = beginning.subarray(MANIFEST_HEADER.size, placementAt);
    const placement = beginning.subarray(placementAt, bodyAt);
    const frontHash = await tools.sha256(front);
    if (!sameBytes(frontHash, hashAt(MANIFEST_HEADER.frontHash))) {
      throw damaged('what it says about itself was altered');
    }
    if (idOf(frontHash) !== id) throw damaged(`it is snapshot ${idOf(frontHash)}`);
    if (!sameBytes(await tools.sha256(placement), hashAt(MANIFEST_HEADER.placementHash))) {
      throw damaged('what it says about packs was altered');
    }
    try {
      const read = readFront(parse(front));
      const placed = readPlacement(parse(placement), read.areas.length);
      const texts = { id, front: read, placement: placed };
      const manifest = new Manifest(objects, tools, texts, size, bodyAt, beginning);
      const end = manifest.#placesAt(read.areas.length);
      if (end !== size) throw damaged(`it has ${size} bytes; ${end} were expected`);
      return manifest;
    } catch (cause) {
      if (cause instanceof FieldTrouble) throw damaged(cause.message);
      throw cause;
    }
  }

  get info(): SnapshotInfo {
    return infoOf(this);
  }

  /** Numbers of an area's pages, checked to ascend. */
  async numbers(area: number): Promise<Uint32Array<ArrayBuffer>> {
    const { name, pages, numbers } = this.#area(area);
    const bytes = await this.#read(
      this.#numbersAt(area),
      pages * 4,
      numbers,
      `page numbers of ${name}`,
    );
    const column = new Uint32Array(bytes.buffer, 0, pages);
    for (let index = 1; index < pages; index++) {
      if ((column[index - 1] as number) >= (column[index] as number)) {
        throw damagedSnapshot(this.#objects, this.id, `page numbers of ${name} do not ascend`);
      }
    }
    return column;
  }

  /** Bytes of a state section. */
  async section(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { name, bytes, sha256 } = this.front.sections[index] as Front['sections'][number];
    return await this.#read(this.#sectionsAt(index), bytes, sha256, `state '${name}'`);
  }

  async table(area: number): Promise<AreaPlaces> {
    const { name, pages, hashes } = this.#area(area);
    const column = await this.#read(
      this.#hashesAt(area),
      pages * HASH_SIZE,
      hashes,
      `page hashes of ${name}`,
    );
    const places = await this.#read(
      this.#placesAt(area),
      pages * PLACE_ROW,
      this.placement.places[area] as string,
      `places of ${name}`,
    );
    return { hashes: column, places: new Uint32Array(places.buffer, 0, pages * 2) };
  }

  #area(area: number): Front['areas'][number] {
    return this.front.areas[area] as Front['areas'][number];
  }

  /** A fresh array of a part of the object, compared with its hash. */
  async #read(
    at: number,
    length: number,
    sha256: string,
    what: string,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes =
      at + length <= this.#beginning.length
        ? this.#beginning.slice(at, at + length)
        : await this.#objects.read(SNAPSHOTS + this.id, at, length);
    if (hex(await this.#tools.sha256(bytes)) === sha256) return bytes;
    throw damagedSnapshot(this.#objects, this.id, `its ${what} were altered`);
  }

  #pagesBefore(area: number): number {
    return this.front.areas.slice(0, area).reduce((sum, { pages }) => sum + pages, 0);
  }

  #numbersAt(area: number): number {
    return this.#bodyAt + 4 * this.#pagesBefore(area);
  }

  #sectionsAt(index: number): number {
    const before = this.front.sections.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0);
    return this.#numbersAt(this.front.areas.length) + before;
  }

  #hashesAt(area: number): number {
    return this.#sectionsAt(this.front.sections.length) + HASH_SIZE * this.#pagesBefore(area);
  }

  #placesAt(area: number): number {
    return this.#hashesAt(this.front.areas.length) + PLACE_ROW * this.#pagesBefore(area);
  }
}

/** What a manifest tells about its snapshot. */
export function infoOf({ id, front, placement }: WrittenManifest): SnapshotInfo {
  const { machine: _, ...head } = front.head;
  return {
    id,
    ...head,
    formatVersion: FORMAT_VERSION,
    pages: front.areas.reduce((sum, { pages }) => sum + pages, 0),
    newPages: placement.newPages,
    bytes: placement.bytes,
  };
}

export function damagedSnapshot(objects: ObjectStore, id: string, what: string): SnapshotError {
  return new SnapshotError('damaged', `${objects.name}: snapshot ${id} is damaged: ${what}`);
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue;
  } catch (cause) {
    throw new FieldTrouble(`its text is no JSON: ${cause}`);
  }
}
