import type { Disk } from '../machine/disk.js';
import { openDrive } from '../node/drive.js';
import { complain } from './complaint.js';
import { statusOf } from './exit-status.js';

/** The drives of one run. Whatever way the run takes, they are flushed and closed at its end. */
export class Drives {
  readonly disks: readonly Disk[];
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(disks: readonly Disk[]) {
    this.disks = disks;
    this.#closers.push(...disks.map((disk) => () => disk.close()));
  }

  /**
   * Opens drives as `--drive` names them, all or none.
   *
   * @throws DiskError, ConfigurationError
   */
  static async open(specs: readonly string[]): Promise<Drives> {
    const disks: Disk[] = [];
    try {
      for (const spec of specs) disks.push(await openDrive(spec));
    } catch (error) {
      await new Drives(disks)[Symbol.asyncDispose]();
      throw error;
    }
    return new Drives(disks);
  }

  /** Closes something else with them: a built guest with its disk. */
  own(thing: AsyncDisposable): void {
    this.#closers.push(async () => thing[Symbol.asyncDispose]());
  }

  /** Flushes and closes all, even if one fails. @throws DiskError, the first one's */
  async close(): Promise<void> {
    const ends = await Promise.allSettled(this.#closers.splice(0).map((close) => close()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** For a run that failed already: what goes wrong with a drive is said beside that. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch((error: unknown) => complain(error, statusOf(error)));
  }
}
