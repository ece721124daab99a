import { SnapshotError } from '../core/errors.js';
import { Mutex } from '../storage/mutex.js';
import { type Collected, collectPacks } from './collect.js';
import { copySnapshot } from './copy.js';
import { ID, SNAPSHOTS } from './format.js';
import { Manifest } from './manifest.js';
import type { ObjectStore } from './object-store.js';
import { PackUses } from './pack-uses.js';
import { Packs } from './packs.js';
import { outdated, type Retention } from './retention.js';
import type { SnapshotInfo, SnapshotProgress } from './snapshot-info.js';
import { SnapshotReader } from './snapshot-reader.js';
import type { SnapshotTools } from './snapshot-tools.js';
import { SnapshotWriter } from './snapshot-writer.js';
import { type VerifyOptions, type VerifyReport, verifySnapshots } from './verify.js';

/** Snapshots of virtual machines in one place: a folder, a file, or memory. */
export class SnapshotStore {
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  readonly #packs: Packs;
  readonly #uses = new PackUses();
  /** The claim to write that all writers of this store share, while there are any. */
  #writing: { count: number; readonly release: Promise<() => Promise<void>> } | undefined;

  /** What moves packs, and what must not see them moved. */
  readonly #order = new Mutex();

  constructor(objects: ObjectStore, tools: SnapshotTools) {
    this.#objects = objects;
    this.#tools = tools;
    this.#packs = new Packs(objects, tools);
  }

  /** What messages call it. */
  get name(): string {
    return this.#objects.name;
  }

  /**
   * All snapshots, oldest first. One that cannot be read is left out, and `unreadable` is told why.
   *
   * @throws SnapshotError 'store'
   */
  async list(unreadable?: (error: SnapshotError) => void): Promise<SnapshotInfo[]> {
    const infos: SnapshotInfo[] = [];
    for (const id of await this.#ids()) {
      try {
        infos.push((await Manifest.open(this.#objects, this.#tools, id, false)).info);
      } catch (error) {
        if (!(error instanceof SnapshotError) || error.code === 'snapshot-store') throw error;
        // Somebody deleted it meanwhile.
        if (error.code !== 'snapshot-missing') unreadable?.(error);
      }
    }
    return infos.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }

  /**
   * @param id an id, the unique beginning of one, or a name: then the latest of that name
   * @throws SnapshotError 'missing', 'damaged' or 'version'
   */
  async info(id: string): Promise<SnapshotInfo> {
    return (await this.#manifest(id, false)).info;
  }

  /** A snapshot to read; `id` as in `info`. */
  async open(id: string): Promise<SnapshotReader> {
    return await SnapshotReader.open(this.#around(), await this.#manifest(id, true));
  }

  /** A snapshot to write. Finish it or abort it: until then no other process can collect. */
  async begin(): Promise<SnapshotWriter> {
    const end = await this.#claimWriting();
    try {
      await this.#packs.search();
      return new SnapshotWriter({ ...this.#around(), ended: end });
    } catch (error) {
      await end();
      throw error;
    }
  }

  /**
   * Reads a snapshot to the last byte, or all of them, and compares all hashes.
   *
   * @throws SnapshotError naming the first thing that is not as it was written; or the signal's reason
   */
  verify(id?: string, options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.#order.run(async () => {
      const all = id === undefined;
      const snapshots = all ? await this.#ids() : [await this.#idOf(id)];
      const packs = all ? await this.#packs.list() : [];
      // Opened anew: what was checked before may have changed since.
      const around = { ...this.#around(), packs: new Packs(this.#objects, this.#tools) };
      return await verifySnapshots(around, snapshots, packs, options);
    });
  }

  /**
   * Deletes a snapshot, also one that is damaged; its pages stay until `collect`.
   *
   * @throws SnapshotError 'missing'; 'busy' if another process is in the way
   */
  async delete(id: string): Promise<void> {
    await this.#deleteAll([await this.#idOf(id)]);
  }

  /** Deletes all snapshots that none of the rules keeps; returns these, oldest first. */
  async retain(rules: Retention): Promise<SnapshotInfo[]> {
    const deleted = outdated(await this.list(), rules);
    await this.#deleteAll(deleted.map(({ id }) => id));
    return deleted;
  }

  /**
   * Gives back what no snapshot names: deleted snapshots' pages, and what broken-off writers left. Snapshots may be
   * written and read meanwhile in this process.
   *
   * @throws SnapshotError 'busy' if another process writes or collects, 'damaged' or 'version' if a snapshot
   *   cannot be read
   */
  collect(): Promise<Collected> {
    return this.#order.run(() => this.#collect());
  }

  /**
   * Copies a snapshot into another store; it has the same id there. One that is there already stays as it is.
   *
   * @throws SnapshotError; the other store then has nothing of it that can be seen
   */
  async copyTo(
    id: string,
    other: SnapshotStore,
    options: { readonly progress?: SnapshotProgress } = {},
  ): Promise<SnapshotInfo> {
    const reader = await this.open(id);
    try {
      if ((await other.#ids()).includes(reader.info.id)) return await other.info(reader.info.id);
      return await copySnapshot(reader, await other.begin(), options.progress);
    } finally {
      reader.close();
    }
  }

  /** Bytes of the place where it is, garbage and all. @throws SnapshotError 'store' */
  used(): Promise<number> {
    return this.#objects.used();
  }

  /** Lets go of files and the like; snapshots that are being read or written fail. */
  async close(): Promise<void> {
    await this.#objects.close();
  }

  #around() {
    return {
      objects: this.#objects,
      tools: this.#tools,
      packs: this.#packs,
      uses: this.#uses,
    };
  }

  async #ids(): Promise<string[]> {
    const names = await this.#objects.list(SNAPSHOTS);
    return names.map((name) => name.slice(SNAPSHOTS.length)).filter((id) => ID.test(id));
  }

  async #manifest(asked: string, whole: boolean): Promise<Manifest> {
    const id = ID.test(asked) ? asked : await this.#idOf(asked);
    return await Manifest.open(this.#objects, this.#tools, id, whole);
  }

  /** The id that somebody means, of a snapshot that is there. */
  async #idOf(asked: string): Promise<string> {
    const ids = await this.#ids();
    if (ids.includes(asked)) return asked;
    const named = (await this.list()).filter(({ name }) => name === asked).at(-1);
    if (named !== undefined) return named.id;
    const beginning = asked === '' ? [] : ids.filter((id) => id.startsWith(asked));
    const [id, other] = beginning;
    if (id !== undefined && other === undefined) return id;
    throw new SnapshotError(
      'missing',
      other === undefined
        ? `${this.name}: there is no snapshot '${asked}'`
        : `${this.name}: ${beginning.length} snapshots begin with '${asked}'; give more of the id`,
    );
  }

  /** Joins the writers of this store, with a claim if there was none; resolves to what ends it. */
  async #claimWriting(): Promise<() => Promise<void>> {
    const writing = this.#writing ?? { count: 0, release: this.#objects.claim('write') };
    this.#writing = writing;
    writing.count++;
    const leave = async () => {
      if (--writing.count > 0) return;
      if (this.#writing === writing) this.#writing = undefined;
      await (await writing.release)();
    };
    try {
      await writing.release;
    } catch (error) {
      if (this.#writing === writing) this.#writing = undefined;
      throw error;
    }
    return leave;
  }

  async #deleteAll(ids: readonly string[]): Promise<void> {
    const end = await this.#claimWriting();
    try {
      for (const id of ids) await this.#objects.delete(SNAPSHOTS + id);
    } finally {
      await end();
    }
  }

  async #collect(): Promise<Collected> {
    const release = await this.#objects.claim('collect');
    try {
      const before = await this.#objects.used();
      let pages: number;
      this.#uses.beginCollection();
      try {
        pages = await collectPacks(this.#around(), await this.#ids());
      } finally {
        this.#uses.endCollection();
      }
      await this.#objects.tidy();
      return { pages, bytes: Math.max(0, before - (await this.#objects.used())) };
    } finally {
      await release();
    }
  }
}
