import { SnapshotError } from '../core/errors.js';
import { ID, PACKS } from './format.js';
import type { ObjectStore } from './object-store.js';
import { Pack } from './pack.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** Where a page is: pack and place in it. */
export interface PagePlace {
  readonly pack: Pack;
  readonly place: number;
}

/** The packs of a store; each is opened once. */
export class Packs {
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  readonly #opening = new Map<string, Promise<Pack>>();
  readonly #known = new Set<string>();
  /** Ids are never used again. */
  readonly #condemned = new Set<string>();
  /** Those whose indexes are read, the newest first: what is looked for is mostly in there. */
  #searched: Pack[] = [];

  constructor(objects: ObjectStore, tools: SnapshotTools) {
    this.#objects = objects;
    this.#tools = tools;
  }

  /** Ids of all, whether they can be opened or not. */
  async list(): Promise<string[]> {
    const names = await this.#objects.list(PACKS);
    return names.map((name) => name.slice(PACKS.length)).filter((id) => ID.test(id));
  }

  /** @throws SnapshotError 'missing', 'damaged' or 'version' */
  open(id: string): Promise<Pack> {
    let opening = this.#opening.get(id);
    if (opening === undefined) {
      opening = Pack.open(this.#objects, this.#tools, id).catch((error) => {
        this.#opening.delete(id);
        throw error;
      });
      this.#opening.set(id, opening);
    }
    return opening;
  }

  /**
   * Makes `find` know all packs that are there now. One that is damaged is left out: what it had will be stored
   * once more.
   */
  async search(): Promise<void> {
    const ids = new Set(await this.list());
    for (const id of [...this.#opening.keys()]) if (!ids.has(id)) this.#forget(id);
    for (const id of ids) {
      if (this.#known.has(id) || this.#condemned.has(id)) continue;
      try {
        const pack = await this.open(id);
        await pack.index();
        // Another search may have been as quick, or a collection.
        if (this.#known.has(id) || this.#condemned.has(id)) continue;
        this.#searched.unshift(pack);
        this.#known.add(id);
      } catch (error) {
        if (!(error instanceof SnapshotError) || error.code === 'snapshot-store') throw error;
      }
    }
  }

  /** A page by its hash, in the packs that the last search found. */
  find(hashes: Uint8Array, row: number): PagePlace | undefined {
    for (const pack of this.#searched) {
      const place = pack.find(hashes, row);
      if (place >= 0) return { pack, place };
    }
    return undefined;
  }

  /** Whether `find` knows it. */
  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** It is about to be deleted: no search finds it again, though it may be there for a while. */
  condemn(id: string): void {
    this.#condemned.add(id);
    this.#forget(id);
  }

  #forget(id: string): void {
    this.#opening.delete(id);
    this.#known.delete(id);
    this.#searched = this.#searched.filter((pack) => pack.id !== id);
  }
}
