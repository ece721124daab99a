import { PAGE_SIZE } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { controlFrames, FRAME_RECORD, FRAME_TABLE } from '../accounts.js';
import { BUFFERS, running, take } from '../device.js';
import { Records } from './records.js';

const RAM_SIZE = 1 << 18;
/** The core's constants, below its host block. */
const CONSTANTS = 0x1_0000;

/**
 * Another VM of the same host, with a request under way: none of its bytes, of its frames' records and of
 * the core's constants may ever change.
 */
export class Neighbour {
  readonly #core: Core;
  /** Ranges of linear memory that stay as they are, and what they hold. */
  readonly #kept: readonly { readonly from: number; readonly bytes: Uint8Array; what: string }[];

  private constructor(core: Core, vm: number) {
    this.#core = core;
    const records = new Records(core, vm);
    const block = Array.from({ length: controlFrames(core) }, (_, n) => vm + n);
    const pages = Array.from({ length: RAM_SIZE / PAGE_SIZE }, (_, page) => records.frame(page));
    const frames = [...block, ...pages, ...records.slabFrameNumbers()];
    const ranges = [{ from: 0, length: CONSTANTS, what: "the core's constants" }];
    for (const frame of frames.filter((number) => number !== 0)) {
      const [record, from] = [FRAME_TABLE + frame * FRAME_RECORD, frame * PAGE_SIZE];
      ranges.push({ from: record, length: FRAME_RECORD, what: `the record of frame ${frame}` });
      ranges.push({ from, length: PAGE_SIZE, what: `frame ${frame}` });
    }
    this.#kept = ranges.map(({ from, length, what }) => ({
      from,
      bytes: core.bytes.slice(from, from + length),
      what,
    }));
  }

  static async create(core: Core): Promise<Neighbour> {
    const { queue, guest, ...rest } = await running({ core, memory: RAM_SIZE });
    const noise = Uint8Array.from({ length: 0x1_0000 }, (_, n) => (n * 31 + (n >> 8)) & 0xff);
    guest.machine.ram.write(BUFFERS, noise);
    queue.add([
      { address: BUFFERS, length: 0x2000 },
      { address: BUFFERS + 0x4000n, length: 0x3000, write: true },
    ]);
    take({ guest, ...rest });
    return new Neighbour(core, rest.vm);
  }

  /** What changed of it, if anything. */
  harm(): string | undefined {
    const { bytes } = this.#core;
    for (const { from, bytes: kept, what } of this.#kept) {
      if (Buffer.compare(bytes.subarray(from, from + kept.length), kept) !== 0) return what;
    }
    return undefined;
  }
}
