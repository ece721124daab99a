import type { Disk } from '../machine/disk.js';
import { openDrive } from '../node/drive.js';
import { complain } from './complaint.js';
import { statusOf } from './exit-status.js';

/** The drives of one run. Whatever way the run takes, they are flushed and closed at its end. */
export class Drives {
  readonly disks: readonly Disk[];
  readonly #open: Disk[] = [];

  private constructor(disks: readonly Disk[]) {
    this.disks = disks;
    this.#open.push(...disks);
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

  /** Flushes and closes all, even if one fails. @throws DiskError, the first one's */
  async close(): Promise<void> {
    const ends = await Promise.allSettled(this.#open.splice(0).map((disk) => disk.close()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** For a run that failed already: what goes wrong with a drive is said beside that. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch((error: unknown) => complain(error, statusOf(error)));
  }
}
