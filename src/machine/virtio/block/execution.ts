import type { Disk } from '../../disk.js';
import type { VirtioRequest } from '../device.js';
import { Buffers } from './buffers.js';
import type { Command } from './command.js';
import type { BlockCounts } from './counts.js';
import { Header, ID_SIZE, Status } from './protocol.js';

/** Bytes of a request that are in the host's memory at once: longer ones go piece by piece. */
export const PIECE = 2 ** 20;

/** How one request ended: its status, and how much of the data for the driver is in place. */
export interface Outcome {
  readonly status: Status;
  readonly filled: number;
}

/** Carries out commands on a disk; what the disk fails with becomes a status and is counted. */
export class Execution {
  readonly #disk: Disk;
  readonly #serial: Uint8Array;
  readonly #counts: BlockCounts;
  readonly #buffers = new Buffers();

  /** @param serial ID_SIZE bytes */
  constructor(disk: Disk, serial: Uint8Array, counts: BlockCounts) {
    this.#disk = disk;
    this.#serial = serial;
    this.#counts = counts;
  }

  /**
   * @param durable whether changes must be on stable storage before they are answered
   * @param isVoid whether the driver has reset the device meanwhile: the request's memory is then
   *   no longer touched, and what of a long write has not been read yet stays unwritten
   */
  async run(
    command: Command,
    request: VirtioRequest,
    durable: boolean,
    isVoid: () => boolean,
  ): Promise<Outcome> {
    const disk = this.#disk;
    // It may have waited for others, and its driver is gone.
    if (isVoid()) return FAILED;
    switch (command.kind) {
      case 'refused':
        return { status: command.status, filled: 0 };
      case 'read':
        return this.#read(command, request, isVoid);
      case 'write':
        if (!(await this.#write(command, request, isVoid))) return FAILED;
        return this.#ended(durable);
      case 'flush':
        return this.#ended(true);
      case 'identify':
        request.write(0, this.#serial.subarray(0, request.writable - 1));
        return { status: Status.Ok, filled: Math.min(ID_SIZE, request.writable - 1) };
      case 'discard':
        for (const { offset, length } of command.ranges) {
          if (!(await this.#succeeds(() => disk.discard(offset, length)))) return FAILED;
        }
        return this.#ended(durable);
      case 'writeZeroes':
        for (const { offset, length, unmap } of command.ranges) {
          const done = await this.#succeeds(() => disk.writeZeroes(offset, length, unmap));
          if (!done) return FAILED;
        }
        return this.#ended(durable);
    }
  }

  async #read(
    { offset, length }: { offset: number; length: number },
    request: VirtioRequest,
    isVoid: () => boolean,
  ): Promise<Outcome> {
    const buffer = this.#buffers.take(Math.min(PIECE, length));
    try {
      for (let at = 0; at < length; at += PIECE) {
        const piece = buffer.subarray(0, length - at);
        const done = await this.#succeeds(() => this.#disk.read(offset + at, piece));
        if (!done || isVoid()) return { status: Status.IoError, filled: at };
        request.write(at, piece);
        this.#counts.bytesRead += piece.length;
      }
      return { status: Status.Ok, filled: length };
    } finally {
      this.#buffers.give(buffer);
    }
  }

  async #write(
    { offset, length }: { offset: number; length: number },
    request: VirtioRequest,
    isVoid: () => boolean,
  ): Promise<boolean> {
    const buffer = this.#buffers.take(Math.min(PIECE, length));
    try {
      for (let at = 0; at < length; at += PIECE) {
        if (isVoid()) return false;
        const piece = buffer.subarray(0, length - at);
        if (!request.readInto(Header.size + at, piece)) return false;
        if (!(await this.#succeeds(() => this.#disk.write(offset + at, piece)))) return false;
        this.#counts.bytesWritten += piece.length;
      }
      return true;
    } finally {
      this.#buffers.give(buffer);
    }
  }

  async #ended(flush: boolean): Promise<Outcome> {
    if (flush && !(await this.#succeeds(() => this.#disk.flush()))) return FAILED;
    return { status: Status.Ok, filled: 0 };
  }

  async #succeeds(call: () => Promise<void>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      this.#counts.errors++;
      this.#counts.lastError = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}

const FAILED: Outcome = { status: Status.IoError, filled: 0 };
