import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SnapshotError } from '../../core/errors.js';
import type { ClaimUse } from '../../snapshot/object-store.js';
import { livingHolder, ownClaim } from '../guests/claim-holder.js';
import { hasCode, storeTrouble } from './trouble.js';

/** Milliseconds that are enough for a deletion, or a collection of little. */
export const PATIENCE = 10_000;
/** Milliseconds until a claim looks again. */
const PAUSE = 20;

/**
 * Who works on a store, by files in a folder. Whoever claims writes its own file, then looks for others': of two
 * that come at the same time the later one sees the earlier. A file whose process has died is removed.
 */
export class StoreClaims {
  readonly #folder: string;
  readonly #name: string;
  readonly #together: boolean;
  readonly #patience: number;
  readonly #own = new Set<string>();

  /**
   * @param together whether several may write at the same time
   * @param patience milliseconds that a claim waits for those in the way
   */
  constructor(folder: string, name: string, together: boolean, patience: number) {
    this.#folder = folder;
    this.#name = name;
    this.#together = together;
    this.#patience = patience;
  }

  /** @returns what ends the claim. @throws SnapshotError 'busy' or 'store' */
  async claim(use: ClaimUse): Promise<() => Promise<void>> {
    const end = performance.now() + this.#patience;
    for (;;) {
      const own = `${randomUUID()}.${use}`;
      const release = async () => {
        this.#own.delete(own);
        // A claim that cannot be removed ends with the process; what was done under it is done.
        await rm(join(this.#folder, own), { force: true }).catch(() => undefined);
        await this.#leave();
      };
      this.#own.add(own);
      let other: string | undefined;
      try {
        await this.#enter(own);
        other = await this.#inTheWay(use);
        if (other === undefined) return release;
      } catch (cause) {
        await release();
        throw storeTrouble(this.#name, 'claimed', cause);
      }
      await release();
      if (performance.now() > end) throw new SnapshotError('busy', other);
      // Two that met once do not meet again.
      await delay(PAUSE * (1 + Math.random()));
    }
  }

  async #enter(own: string): Promise<void> {
    for (;;) {
      await mkdir(this.#folder).catch((error) => {
        if (!hasCode(error, 'EEXIST')) throw error;
      });
      try {
        return await writeFile(join(this.#folder, own), await ownClaim(), { flag: 'wx' });
      } catch (error) {
        // Somebody who was the last has removed the folder.
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
  }

  /** The folder stands for nothing when it is empty. */
  async #leave(): Promise<void> {
    await rmdir(this.#folder).catch(() => undefined);
  }

  /** Says who has a claim that does not go with this one. */
  async #inTheWay(use: ClaimUse): Promise<string | undefined> {
    for (const entry of await readdir(this.#folder)) {
      const other = /\.(write|collect)$/.exec(entry)?.[1];
      if (other === undefined || this.#own.has(entry)) continue;
      if (this.#together && use === 'write' && other === 'write') continue;
      const path = join(this.#folder, entry);
      const text = await readFile(path, 'utf8').catch(() => '');
      const holder = await livingHolder(text);
      if (holder !== undefined) {
        const deed = other === 'write' ? 'written to' : 'cleaned up';
        const remedy = holder.certain
          ? ''
          : `; if that has ended, remove ${join(basename(this.#folder), entry)}`;
        return `${this.#name} is being ${deed} by process ${holder.name}${remedy}`;
      }
      // Only what names a process that is gone: another's file may not be written yet.
      if (text !== '') await rm(path, { force: true });
    }
    return undefined;
  }
}
