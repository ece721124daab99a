import type { JsonValue } from '../../core/json.js';

/**
 * A virtio device's back end: what a device does, without how it gets there. Registers, features,
 * rings and the copying from and to the guest's memory are the core's; a back end sees requests.
 *
 * ```
 *   driver                 core                          back end
 *     │ DRIVER_OK            │                              │
 *     ├─────────────────────▶│ activate(transport) ────────▶│
 *     │ buffers, notify      │                              │
 *     ├─────────────────────▶│ notify(queue) ──────────────▶│
 *     │                      │◀──────────── take(queue) ────┤ pins the request's pages
 *     │                      │ VirtioRequest ──────────────▶│
 *     │                      │◀── read, write, complete ────┤ at once or later
 *     │◀── used, interrupt ──┤                              │
 *     │ status := 0          │                              │
 *     ├─────────────────────▶│ reset() ────────────────────▶│ requests still held are void
 * ```
 */
export interface VirtioDevice {
  /** Device type (VIRTIO 1.2 §5). */
  readonly type: number;
  /** Feature bits of the device's own; the transport adds its. */
  readonly features: bigint;
  /** Size of each queue in descriptors, a power of 2 of at most 1024; as many queues as sizes. */
  readonly queues: readonly number[];
  /** The configuration space as the driver first reads it, at most 256 bytes. */
  readonly config: Uint8Array;
  /**
   * The driver has set DRIVER_OK. `transport` is good until `reset`; queues may hold buffers
   * already.
   */
  activate(transport: VirtioTransport): void;
  /**
   * The driver says that `queue` has buffers. A device that answers later returns a promise for
   * its answers: a VM under a virtual clock stands still until it settles. What it rejects with
   * breaks the device (DEVICE_NEEDS_RESET), not the VM.
   */
  notify(queue: number): void | Promise<void>;
  /** The driver has reset the device, or the VM ended: nothing taken before may be answered. */
  reset(): void;
  /** Called in every turn of the VM's loop: for what comes from outside of the guest. */
  pump?(): void;
  /** The driver has written `bytes` to the configuration space at `offset`. */
  configure?(offset: number, bytes: Uint8Array): void;
  /** Lets go of what the device holds outside of the guest, when its VM is disposed of. */
  close?(): Promise<void>;
  /**
   * What another device of the same shape must know to go on for the same driver, as JSON; no request is under way.
   * Absent if its features say all.
   */
  save?(): JsonValue;
  /**
   * Goes on where another device was when it was asked to `save`; `activate` comes right before, with no reset and
   * no other driver.
   *
   * @throws SnapshotError for a state that cannot be one
   */
  adopt?(state: JsonValue): void;
  /** The device of a fork of the VM, not yet active; absent if it cannot be had twice. */
  fork?(): VirtioDevice;
}

/** What a back end can do to its driver, from `activate` to `reset`. */
export interface VirtioTransport {
  /** What both sides agreed on (VIRTIO 1.2 §2.2). */
  readonly features: bigint;
  /**
   * The next request of a queue, its pages pinned; `undefined` if there is none, or if requests
   * under way must end first, after which the device is notified again.
   */
  take(queue: number): VirtioRequest | undefined;
  /** Changes the configuration space and tells the driver (VIRTIO 1.2 §2.5). */
  setConfig(offset: number, bytes: Uint8Array): void;
  /** Asks that the device be notified of `queue` again, in a later turn of the VM's loop. */
  wake(queue: number): void;
}

/** One chain of buffers: first what the driver wrote for the device, then room for its answer. */
export interface VirtioRequest {
  /** Bytes that the device may read, and bytes that it may write. */
  readonly readable: number;
  readonly writable: number;
  /**
   * A copy of `length` readable bytes at `offset`, by default all; short at their end, and possibly
   * empty if the request is void.
   */
  read(offset?: number, length?: number): Uint8Array<ArrayBuffer>;
  /**
   * Fills `into` with the readable bytes at `offset`. False if they do not fill it, or the request is
   * void: its driver has reset the device, or ended the queue; what `into` holds is then no one's data.
   */
  readInto(offset: number, into: Uint8Array): boolean;
  /** Writes to the writable part at `offset`; what would go beyond it is left out. */
  write(offset: number, bytes: Uint8Array): void;
  /**
   * Gives the buffers back; `written` is how many bytes from the writable part's beginning on the
   * driver may trust. Only once; a void request stays void.
   */
  complete(written: number): void;
}
