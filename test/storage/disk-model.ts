import type { Disk } from '../../src/machine/disk.js';
import { randomNumbers } from '../core/random.js';

const SECTOR = 512;

/** A stamp that a sector got, and when. */
interface Held {
  readonly stamp: number;
  readonly time: number;
}

/**
 * Random operations on a disk, several at a time, and what each sector may hold: the stamp it had at
 * the last flush that ended, or one of a write since.
 */
export class DiskModel {
  readonly disk: Disk;
  readonly #random: (below: number) => number;
  readonly #mayHold: Held[][];
  /** Sectors that an operation under way touches: no other may. */
  readonly #busy = new Set<number>();
  #stamp = 1;
  #time = 0;

  constructor(disk: Disk, seed: number, initial?: Uint8Array) {
    this.disk = disk;
    this.#random = randomNumbers(seed);
    this.#mayHold = Array.from({ length: disk.size / SECTOR }, (_, sector) => {
      const stamp = initial === undefined ? 0 : stampOf(initial, sector * SECTOR);
      return [{ stamp, time: 0 }];
    });
  }

  /** Runs `count` operations, up to `depth` at a time; `after` each. */
  async run(count: number, depth: number, after: () => Promise<void> = async () => {}) {
    let left = count;
    const worker = async () => {
      while (left-- > 0) {
        await this.#operate();
        await after();
      }
    };
    await Promise.all(Array.from({ length: depth }, worker));
  }

  async flush(): Promise<void> {
    // What an operation under way may have done or not stays possible.
    const since = this.#mayHold.map((held, sector) => {
      return this.#busy.has(sector) ? 0 : (held.at(-1)?.time ?? 0);
    });
    await this.disk.flush();
    for (const [sector, held] of this.#mayHold.entries()) {
      const kept = held.filter(({ time }) => time >= (since[sector] as number));
      held.splice(0, held.length, ...kept);
    }
  }

  /** What any disk may hold as of now: gives its sectors that hold something else. */
  snapshot(): (disk: Disk) => Promise<string[]> {
    const mayHold = this.#mayHold.map((held) => held.map(({ stamp }) => stamp));
    return async (disk) => {
      const bytes = new Uint8Array(disk.size);
      await disk.read(0, bytes);
      return mayHold.flatMap((held, sector) => {
        const stamp = stampOf(bytes, sector * SECTOR);
        return held.includes(stamp) ? [] : [`sector ${sector}: ${stamp}, not ${held.join(' or ')}`];
      });
    };
  }

  /** Sectors that do not hold the last thing written, when nothing is under way. */
  async stale(disk: Disk = this.disk): Promise<string[]> {
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    return this.#mayHold.flatMap((held, sector) => {
      const stamp = stampOf(bytes, sector * SECTOR);
      const last = held.at(-1)?.stamp;
      return stamp === last ? [] : [`sector ${sector}: ${stamp}, not ${last}`];
    });
  }

  async #operate(): Promise<void> {
    const what = this.#random(12);
    if (what === 0) return await this.flush();
    const [first, count] = this.#range(what < 8 ? 24 : 120);
    if (count === 0) return;
    const sectors = Array.from({ length: count }, (_, index) => first + index);
    for (const sector of sectors) this.#busy.add(sector);
    const [offset, length] = [first * SECTOR, count * SECTOR];
    const stamps = sectors.map(() => (what < 8 ? this.#stamp++ : 0));
    for (const [index, sector] of sectors.entries()) {
      this.#note(sector, stamps[index] as number);
    }
    if (what < 8) {
      const bytes = new Uint8Array(length);
      for (const [index, stamp] of stamps.entries()) fillSector(bytes, index * SECTOR, stamp);
      await this.disk.write(offset, bytes);
    } else if (what < 11) {
      await this.disk.writeZeroes(offset, length, what !== 8);
    } else {
      // Old bytes or zeros, and it is not said which: write to know.
      await this.disk.discard(offset, length);
      const bytes = new Uint8Array(length);
      await this.disk.read(offset, bytes);
      for (const [index, sector] of sectors.entries()) {
        const stamp = stampOf(bytes, index * SECTOR);
        if (!this.#mayHold[sector]?.some((held) => held.stamp === stamp)) {
          throw new Error(`sector ${sector} became ${stamp} by a discard`);
        }
        this.#note(sector, stamp);
      }
    }
    for (const sector of sectors) this.#busy.delete(sector);
  }

  #note(sector: number, stamp: number): void {
    this.#mayHold[sector]?.push({ stamp, time: ++this.#time });
  }

  #range(most: number): [number, number] {
    const sectors = this.disk.size / SECTOR;
    const first = this.#random(sectors);
    const wanted = Math.min(1 + this.#random(most), sectors - first);
    let count = 0;
    while (count < wanted && !this.#busy.has(first + count)) count++;
    return [first, count];
  }
}

function fillSector(bytes: Uint8Array, at: number, stamp: number): void {
  const view = new DataView(bytes.buffer, at, SECTOR);
  for (let word = 0; word < SECTOR; word += 4) view.setUint32(word, stamp);
}

/** The stamp of a sector, or -1 if it is torn. */
function stampOf(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, SECTOR);
  const stamp = view.getUint32(0);
  for (let word = 4; word < SECTOR; word += 4) if (view.getUint32(word) !== stamp) return -1;
  return stamp;
}
