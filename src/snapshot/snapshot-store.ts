import { SnapshotError } from '../core/errors.js';
import { ID, SNAPSHOTS } from './format.js';
import { Manifest } from './manifest.js';
import type { ClaimUse, ObjectStore } from './object-store.js';
import { PackUses } from './pack-uses.js';
import { Packs } from './packs.js';
import type { SnapshotInfo } from './snapshot-info.js';
import { SnapshotReader } from './snapshot-reader.js';
import type { SnapshotTools } from './snapshot-tools.js';
import { SnapshotWriter } from './snapshot-writer.js';

/** Snapshots of virtual machines in one place: a folder, a file, or memory. */
export class SnapshotStore {
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  readonly #packs: Packs;
  readonly #uses = new PackUses();
  /** The claim to write that all writers of this store share, while there are any. */
  #writing: { count: number; readonly release: Promise<() => Promise<void>> } | undefined;

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

  /** The id that somebody means. */
  async #idOf(asked: string): Promise<string> {
    const named = (await this.list()).filter(({ name }) => name === asked).at(-1);
    if (named !== undefined) return named.id;
    const ids = await this.#ids();
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
    const writing = this.#writing ?? { count: 0, release: this.#claim('write') };
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

  #claim(use: ClaimUse): Promise<() => Promise<void>> {
    return this.#objects.claim(use);
  }
}
