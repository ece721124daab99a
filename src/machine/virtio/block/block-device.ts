import { ConfigurationError } from '../../../core/errors.js';
import { type Disk, SECTOR_SIZE } from '../../disk.js';
import type { VirtioDevice, VirtioRequest, VirtioTransport } from '../device.js';
import { Limit, parseCommand } from './command.js';
import { type BlockCounts, newCounts } from './counts.js';
import { Execution, type Outcome, PIECE } from './execution.js';
import { Order } from './order.js';
import { BLOCK_TYPE, Config, Feature, ID_SIZE } from './protocol.js';

/** Descriptors of a queue: as many requests as Linux keeps under way, and their data. */
const QUEUE_SIZE = 256;
/** As many as a slot has: VIRTIO_QUEUES in assembly/vm/vm.ts. */
const MOST_QUEUES = 16;
/** Requests and bytes of buffers under way at once; beyond them requests wait in their rings. */
const MOST_REQUESTS = 256;
const MOST_BYTES = 16 * 2 ** 20;
/** Sectors of 4 KiB are what files and image formats like: partitions are then made to fit them. */
const PHYSICAL_BLOCK_EXPONENT = 3;

export interface BlockOptions {
  /** Queues that the driver may use, 1 to 16; one for each hart is right. Default 1. */
  readonly queues?: number;
  /** What the guest reads as the disk's serial number, up to 20 ASCII characters. */
  readonly serial?: string;
  /** For a virtual clock: whatever the disk's speed, the guest sees the same. Default false. */
  readonly ordered?: boolean;
}

/** From DRIVER_OK to reset. */
interface Session {
  readonly transport: VirtioTransport;
  /** FLUSH was not negotiated: what was answered must be on stable storage (VIRTIO 1.2 §5.2.6.2). */
  readonly durable: boolean;
  readonly order: Order | undefined;
  /** Queues whose requests wait because too much is under way. */
  readonly waiting: Set<number>;
  /** Becomes true when all requests of earlier sessions have ended. */
  begun: boolean;
}

/**
 * A virtio block device (VIRTIO 1.2 §5.2) over a disk.
 *
 * Requests run side by side and end in any order, unless `ordered` is asked for. What a request asks
 * wrongly, and what the disk fails at, is the request's status; neither ends the device. A request
 * may be of any length: it is carried in pieces.
 *
 * ```
 *   activate ──▶ waiting for what an earlier driver began ──▶ taking requests ──▶ reset
 * ```
 *
 * After a reset, requests under way end on the disk but are not answered, and nothing new begins
 * before: no late write overtakes those of the next driver.
 */
export class BlockDevice implements VirtioDevice {
  readonly type = BLOCK_TYPE;
  readonly features: bigint;
  readonly queues: readonly number[];
  readonly config: Uint8Array;
  readonly counts: BlockCounts = newCounts();
  readonly #disk: Disk;
  readonly #execution: Execution;
  readonly #ordered: boolean;
  #session: Session | undefined;
  #requests = 0;
  #bytes = 0;
  #idle: (() => void)[] = [];

  /** @throws ConfigurationError for options, or a disk's size, that cannot be right. */
  constructor(disk: Disk, options: BlockOptions = {}) {
    const queues = options.queues ?? 1;
    if (!Number.isInteger(queues) || queues < 1 || queues > MOST_QUEUES) {
      throw new ConfigurationError(`a disk has 1 to ${MOST_QUEUES} queues, not ${queues}`);
    }
    if (!Number.isSafeInteger(disk.size) || disk.size < 0 || disk.size % SECTOR_SIZE !== 0) {
      throw new ConfigurationError(
        `a disk's size is a multiple of ${SECTOR_SIZE} bytes, not ${disk.size}`,
      );
    }
    this.#disk = disk;
    this.#execution = new Execution(disk, parseSerial(options.serial ?? ''), this.counts);
    this.#ordered = options.ordered ?? false;
    this.queues = new Array<number>(queues).fill(QUEUE_SIZE);
    this.features = featuresOf(disk, queues);
    this.config = configOf(disk, queues);
  }

  activate(transport: VirtioTransport): void {
    this.#session = {
      transport,
      durable: (transport.features & Feature.Flush) === 0n,
      order: this.#ordered ? new Order() : undefined,
      waiting: new Set(),
      begun: this.#requests === 0,
    };
  }

  notify(queue: number): void | Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    if (!session.begun) {
      session.waiting.add(queue);
      return this.drained();
    }
    const started: Promise<void>[] = [];
    for (;;) {
      if (this.#requests >= MOST_REQUESTS || this.#bytes >= MOST_BYTES) {
        session.waiting.add(queue);
        break;
      }
      const request = session.transport.take(queue);
      if (request === undefined) break;
      // Without room for a status there is no telling what became of it, so nothing does.
      if (request.writable === 0) request.complete(0);
      else started.push(this.#start(session, request));
    }
    if (started.length > 0) return Promise.all(started).then(() => undefined);
  }

  reset(): void {
    this.#session = undefined;
  }

  /** Settles when no request is under way on the disk. */
  drained(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((done) => {
      this.#idle.push(done);
    });
  }

  /**
   * Lets what is under way end and flushes the disk, which stays open: it is its owner's.
   *
   * @throws DiskError if that cannot be done: then not all that was written may be there.
   */
  async close(): Promise<void> {
    this.reset();
    await this.drained();
    if (!this.#disk.readOnly) await this.#disk.flush();
  }

  async #start(session: Session, request: VirtioRequest): Promise<void> {
    const command = parseCommand(request, this.#disk);
    const isVoid = () => this.#session !== session;
    const work = () => this.#execution.run(command, request, session.durable, isVoid);
    const end = (outcome: Outcome) => {
      if (!isVoid()) answer(request, outcome);
    };
    const bytes = 'length' in command ? Math.min(command.length, PIECE) : 0;
    this.counts.requests[command.kind]++;
    this.#requests++;
    this.#bytes += bytes;
    try {
      if (session.order === undefined) end(await work());
      else {
        const changes = command.kind !== 'read' && command.kind !== 'identify';
        await session.order.run(changes, work, end);
      }
    } finally {
      this.#requests--;
      this.#bytes -= bytes;
      this.#goOn();
    }
  }

  /** A request has ended: there is room for others, and those who wait for all may be due. */
  #goOn(): void {
    const session = this.#session;
    if (this.#requests === 0) {
      if (session !== undefined) session.begun = true;
      for (const done of this.#idle.splice(0)) done();
    }
    if (session?.begun !== true) return;
    for (const queue of session.waiting) session.transport.wake(queue);
    session.waiting.clear();
  }
}

/**
 * The status is the last writable byte, wherever the data ends; `written` counts it only if all
 * before it was written too (VIRTIO 1.2 §2.7.8.2).
 */
function answer(request: VirtioRequest, { status, filled }: Outcome): void {
  const last = request.writable - 1;
  request.write(last, Uint8Array.of(status));
  request.complete(filled === last ? request.writable : filled);
}

function featuresOf(disk: Disk, queues: number): bigint {
  const changes = disk.readOnly ? Feature.ReadOnly : Feature.Discard | Feature.WriteZeroes;
  const always = Feature.SegMax | Feature.BlockSize | Feature.Topology | Feature.Flush;
  return always | changes | (queues > 1 ? Feature.MultiQueue : 0n);
}

function configOf(disk: Disk, queues: number): Uint8Array {
  return Config.encode({
    capacity: disk.size / SECTOR_SIZE,
    // A request also has descriptors for its header and its status.
    segMax: QUEUE_SIZE - 2,
    blockSize: SECTOR_SIZE,
    physicalBlockExponent: PHYSICAL_BLOCK_EXPONENT,
    minIoSize: 2 ** PHYSICAL_BLOCK_EXPONENT,
    queues,
    ...(disk.readOnly
      ? {}
      : {
          maxDiscardSectors: Limit.discardSectors,
          maxDiscardSegments: Limit.discardSegments,
          discardSectorAlignment: 2 ** PHYSICAL_BLOCK_EXPONENT,
          maxWriteZeroesSectors: Limit.writeZeroesSectors,
          maxWriteZeroesSegments: Limit.writeZeroesSegments,
          writeZeroesMayUnmap: 1,
        }),
  });
}

function parseSerial(serial: string): Uint8Array {
  if (!/^[\x20-\x7e]*$/.test(serial) || serial.length > ID_SIZE) {
    throw new ConfigurationError(
      `a disk's serial number has up to ${ID_SIZE} printable ASCII characters, not '${serial}'`,
    );
  }
  const bytes = new Uint8Array(ID_SIZE);
  bytes.set(new TextEncoder().encode(serial));
  return bytes;
}
