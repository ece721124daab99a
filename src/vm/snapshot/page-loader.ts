import { LayoutValue, PAGE_SIZE } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { SnapshotError } from '../../core/errors.js';
import { shortage } from '../../core/guest-memory.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { GuestMachine } from '../guest-machine.js';
import { MEMORY_AREA } from './record.js';

/** Fills a VM's RAM from a snapshot: all at once, or page by page as it is needed while the rest follows. */
export class PageLoader {
  readonly #core: Core;
  readonly #machine: GuestMachine;
  readonly #handle: number;
  /** Of the machine that waits for the pages; a guest that reboots gets another. */
  readonly #boots: number;
  readonly #reader: SnapshotReader;
  readonly #pages: Uint32Array;
  readonly #reclaim: () => boolean;
  #ended = false;

  /** @param reclaim has others give memory back; whether there was any */
  constructor(core: Core, machine: GuestMachine, reader: SnapshotReader, reclaim: () => boolean) {
    this.#core = core;
    this.#machine = machine;
    this.#handle = machine.handle;
    this.#boots = machine.boots;
    this.#reclaim = reclaim;
    this.#reader = reader;
    this.#pages = reader.pages(MEMORY_AREA);
  }

  /**
   * Lets the core expect all pages.
   *
   * @throws MemoryShortageError if the host has no room for them; SnapshotError 'damaged' for one beyond RAM
   */
  expect(): void {
    const core = this.#core;
    const last = this.#pages.at(-1) ?? 0;
    if (last * PAGE_SIZE >= this.#machine.ram.size) {
      throw new SnapshotError(
        'damaged',
        `the snapshot has a page ${last}, beyond the machine's RAM`,
      );
    }
    if (core.framesUsed() + this.#pages.length > core.frameLimit()) throw shortage(core);
    const most = core.layout(LayoutValue.TransferSize) / 4;
    for (let at = 0; at < this.#pages.length; at += most) {
      const numbers = this.#pages.subarray(at, at + most);
      new Uint32Array(core.memory.buffer, core.layout(LayoutValue.Transfer)).set(numbers);
      const noted = core.exports.vmExpect(this.#handle, numbers.length) >>> 0;
      if (noted < numbers.length) throw shortage(core);
    }
  }

  /**
   * Fills all pages that have no content yet.
   *
   * @param pause waited for before each few of them
   * @throws SnapshotError, MemoryShortageError
   */
  async fillAll(pause: () => Promise<void> | undefined): Promise<void> {
    await pause();
    if (this.#isOver) return;
    try {
      await this.#stream(pause);
    } catch (error) {
      // The snapshot is closed with its VM, which needs none of it any more.
      if (!this.#isOver) throw error;
    }
  }

  async #stream(pause: () => Promise<void> | undefined): Promise<void> {
    for await (const { numbers, bytes } of this.#reader.stream(MEMORY_AREA)) {
      if (this.#isOver) return;
      this.#put(numbers, bytes);
      await pause();
      if (this.#isOver) return;
    }
  }

  /** Fills a page that has no content yet, and its neighbours in the snapshot. @throws SnapshotError, MemoryShortageError. */
  async fill(page: number): Promise<void> {
    const index = indexOf(this.#pages, page);
    if (index < 0 || this.#isOver) return;
    const { indices, bytes } = await this.#reader.readAround(MEMORY_AREA, index);
    if (this.#isOver) return;
    this.#put(
      indices.map((other) => this.#pages[other] ?? page),
      bytes,
    );
  }

  get #isOver(): boolean {
    return this.#ended || this.#machine.handle === 0 || this.#machine.boots !== this.#boots;
  }

  #put(numbers: Uint32Array, bytes: Uint8Array): void {
    const core = this.#core;
    for (let index = 0; index < numbers.length; index++) {
      const page = numbers[index] as number;
      const frame = this.#frameFor(page);
      if (frame === 0) continue;
      const content = bytes.subarray(index * PAGE_SIZE, (index + 1) * PAGE_SIZE);
      core.bytes.set(content, frame * PAGE_SIZE);
    }
  }

  /** A frame to be filled; 0 if the page has its content. @throws MemoryShortageError. */
  #frameFor(page: number): number {
    const { exports } = this.#core;
    for (;;) {
      const frame = exports.vmFill(this.#handle, page) >>> 0;
      if (frame !== 0) return frame;
      const had = exports.vmFrame(this.#handle, page, 0) >>> 0;
      if (had !== 0 && had !== ELSEWHERE) return 0;
      if (!this.#reclaim()) throw shortage(this.#core);
    }
  }

  /** The VM is gone: nothing more is filled. */
  end(): void {
    this.#ended = true;
  }
}

/** `vmFrame`: the page's content is still elsewhere. */
const ELSEWHERE = 0xffff_ffff;

/** Where `page` stands in ascending numbers, or -1. */
function indexOf(pages: Uint32Array, page: number): number {
  let low = 0;
  let high = pages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = pages[middle] as number;
    if (found === page) return middle;
    if (found < page) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
