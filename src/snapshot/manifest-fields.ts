import type { JsonObject, JsonValue } from '../core/json.js';
import { ID, MAX_PAGES, MAX_STATE } from './format.js';
import type { SnapshotDiskInfo, SnapshotHead } from './snapshot-info.js';

/** What a snapshot is: its id is this text's hash. */
export interface Front {
  readonly head: SnapshotHead;
  readonly sections: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly areas: readonly {
    readonly name: string;
    readonly pages: number;
    /** Hashes of the columns. */
    readonly numbers: string;
    readonly hashes: string;
  }[];
}

/** Where a store has it: another one may have it elsewhere. */
export interface Placement {
  readonly packs: readonly { readonly id: string; readonly blocks: number }[];
  readonly newPages: number;
  readonly bytes: number;
  /** Hashes of the areas' columns of places. */
  readonly places: readonly string[];
}

const SHA256 = /^[0-9a-f]{64}$/;
/** A snapshot of many small changes draws on many packs, but on no more than it has pages. */
const MAX_BLOCKS = 2 ** 28;
/** Areas, sections and disks: a machine has tens. */
const MAX_ITEMS = 1024;

/** What is wrong with a field; whoever reads the manifest says of which. */
export class FieldTrouble extends Error {}

/** Takes apart what was parsed. The hash says that it is what was written, not that we wrote it. */
class Fields {
  readonly #value: JsonObject;
  readonly #where: string;

  constructor(value: JsonValue | undefined, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FieldTrouble(`${where} is no object`);
    }
    this.#value = value as JsonObject;
    this.#where = where;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  any(name: string): JsonValue {
    const value = this.has(name) ? this.#value[name] : undefined;
    if (value === undefined) throw new FieldTrouble(`${this.#where} lacks '${name}'`);
    return value;
  }

  text(name: string, pattern = /^/): string {
    const value = this.any(name);
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.#wrong(name, value);
  }

  count(name: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.any(name);
    if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most) {
      return value as number;
    }
    throw this.#wrong(name, value);
  }

  time(name: string): number {
    const value = this.any(name);
    if (typeof value === 'number') return value;
    throw this.#wrong(name, value);
  }

  list<T>(name: string, of: (value: JsonValue, where: string) => T, most = MAX_ITEMS): T[] {
    const value = this.any(name);
    if (!Array.isArray(value)) throw this.#wrong(name, value);
    if (value.length > most) {
      throw new FieldTrouble(`${this.#where}.${name} has ${value.length} items, more than ${most}`);
    }
    return value.map((item, index) => of(item, `${this.#where}.${name}[${index}]`));
  }

  object(name: string): JsonObject {
    const value = this.any(name);
    new Fields(value, `${this.#where}.${name}`);
    return value as JsonObject;
  }

  #wrong(name: string, value: JsonValue): FieldTrouble {
    const what = typeof value === 'object' ? 'no plain value' : JSON.stringify(value).slice(0, 60);
    return new FieldTrouble(`${this.#where}.${name} is ${what}`);
  }
}

/** @throws FieldTrouble */
export function readFront(value: JsonValue): Front {
  const front = new Fields(value, 'front');
  const sections = front.list('sections', (item, where) => {
    const section = new Fields(item, where);
    return {
      name: section.text('name'),
      bytes: section.count('bytes', MAX_STATE),
      sha256: section.text('sha256', SHA256),
    };
  });
  const areas = front.list('areas', (item, where) => {
    const area = new Fields(item, where);
    return {
      name: area.text('name'),
      pages: area.count('pages', MAX_PAGES),
      numbers: area.text('numbers', SHA256),
      hashes: area.text('hashes', SHA256),
    };
  });
  const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
  if (total(sections.map(({ bytes }) => bytes)) > MAX_STATE) {
    throw new FieldTrouble(`front.sections have more than ${MAX_STATE} bytes`);
  }
  if (total(areas.map(({ pages }) => pages)) > MAX_PAGES) {
    throw new FieldTrouble(`front.areas have more than ${MAX_PAGES} pages`);
  }
  return { head: readHead(front.any('head')), sections, areas };
}

/** Its fields in one order, so that the same head is the same text. @throws FieldTrouble */
export function readHead(value: JsonValue): SnapshotHead {
  const head = new Fields(value, 'head');
  return {
    ...(head.has('name') ? { name: head.text('name') } : {}),
    ...(head.has('parent') ? { parent: head.text('parent', ID) } : {}),
    time: head.time('time'),
    memory: head.count('memory'),
    cpus: head.count('cpus'),
    cpu: head.text('cpu'),
    disks: head.list('disks', readDisk),
    machine: head.object('machine'),
  };
}

function readDisk(value: JsonValue, where: string): SnapshotDiskInfo {
  const disk = new Fields(value, where);
  return {
    size: disk.count('size'),
    blocks: disk.count('blocks'),
    kind: disk.text('kind', /^(stored|given)$/) as SnapshotDiskInfo['kind'],
  };
}

/** @throws FieldTrouble */
export function readPlacement(value: JsonValue, areas: number): Placement {
  const placement = new Fields(value, 'placement');
  const packs = placement.list(
    'packs',
    (item, where) => {
      const pack = new Fields(item, where);
      return { id: pack.text('id', ID), blocks: pack.count('blocks', MAX_PAGES) };
    },
    MAX_PAGES,
  );
  // Blocks of all packs are numbered in 28 bits, so that a page's place is one number.
  if (packs.reduce((sum, { blocks }) => sum + blocks, 0) > MAX_BLOCKS) {
    throw new FieldTrouble(`placement.packs have more than ${MAX_BLOCKS} blocks`);
  }
  const places = placement.list('places', (item) => String(item));
  if (places.length !== areas) throw new FieldTrouble(`placement.places are not ${areas}`);
  return { packs, newPages: placement.count('newPages'), bytes: placement.count('bytes'), places };
}
