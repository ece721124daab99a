import { type VirtioCause, VirtioEvent, VirtioTake } from '../../core/abi.js';
import { ConfigurationError, InternalError } from '../../core/errors.js';
import type { JsonObject, JsonValue } from '../../core/json.js';
import type { SlotEvents, TakenRequest, VirtioSlots } from '../../core/virtio-slots.js';
import type { VirtioDevice, VirtioRequest, VirtioTransport } from './device.js';
import type { DeviceObserver } from './device-observer.js';

/** What a slot asks of the machine around it. */
export interface SlotOwner {
  /** No frame is free for a page that a request needs. */
  shortOfMemory(): void;
  /** A page that a request needs was not yet restored; `roomMade` follows when it is. */
  missPage(): void;
  /** A queue of some slot waits for requests to end, the VM's whichever: their bound is the VM's. */
  wantRoom(): void;
  /** Requests ended: queues that waited for it are looked at again. */
  roomMade(): void;
  /** A back end's answers are under way; the VM may have to wait for them. */
  track(answers: Promise<void>): void;
  /** The machine's loop shall come round. */
  wake(): void;
  /** Whether no request may be taken now: those under way are to end. */
  readonly rests: boolean;
  /** Who measures the back ends; mostly nobody. */
  readonly observer: DeviceObserver | undefined;
}

/** How a device fares. */
export interface DeviceHealth {
  readonly slot: number;
  /** Device type (VIRTIO 1.2 §5). */
  readonly type: number;
  /** How often it had to stand still until its driver reset it, and why the last time. */
  readonly failures: number;
  readonly cause: VirtioCause;
  /** What its back end said, if that was the cause. */
  readonly error: string | null;
}

/** What of a slot is not in the core, as JSON. */
export interface SlotState extends JsonObject {
  /** What the driver agreed on, a decimal number; null while there is none. */
  readonly features: string | null;
  /** Queues that are to be looked at again, a bit each. */
  readonly woken: number;
  readonly broken: boolean;
  readonly failures: number;
  readonly cause: VirtioCause;
  readonly error: string | null;
  /** The device's own. */
  readonly device: JsonValue;
}

/**
 * One slot with its device: carries the core's events to the back end, and the back end's answers to
 * the core. Answers to a device that was reset, or whose VM is gone, come to nothing.
 */
export class VirtioSlot {
  readonly device: VirtioDevice;
  readonly #index: number;
  readonly #owner: SlotOwner;
  #slots: VirtioSlots | undefined;
  #transport: Transport | undefined;
  /** Queues to be notified in the next turn, and queues whose requests wait for others to end, a bit each. */
  #woken = 0;
  #waiting = 0;
  /** The back end has failed: it is left alone until the driver resets its device. */
  #broken = false;
  #failures = 0;
  #cause: VirtioCause = 'none';
  #error: string | null = null;

  constructor(index: number, device: VirtioDevice, owner: SlotOwner) {
    this.device = device;
    this.#index = index;
    this.#owner = owner;
  }

  /**
   * Puts the device into the slot of a VM that has not run yet.
   *
   * @throws ConfigurationError if it has more, or larger, queues than a slot takes.
   */
  attach(slots: VirtioSlots): void {
    this.detach();
    if (!slots.attach(this.#index, this.device)) {
      const { type, queues, config } = this.device;
      throw new ConfigurationError(
        `virtio device ${type} in slot ${this.#index} has ${queues.length} queues of ${queues} and ` +
          `${config.length} bytes of configuration; right are 16 queues of powers of 2 up to 1024, 256 bytes, ` +
          'and no feature bits from 24 to 49',
      );
    }
    this.#slots = slots;
  }

  /**
   * Puts the device into the slot of a VM that goes on where another one was when its slot was asked to `save`.
   *
   * @throws SnapshotError for a state that cannot be one.
   */
  adopt(slots: VirtioSlots, state: SlotState): void {
    this.#slots = slots;
    this.#failures = state.failures;
    this.#cause = state.cause;
    this.#error = state.error;
    this.#broken = state.broken;
    if (state.features === null) return;
    const transport = new Transport(slots, this.#index, BigInt(state.features), this);
    this.#transport = transport;
    this.#woken = state.woken;
    this.device.activate(transport);
    this.device.adopt?.(state.device);
  }

  /** What another slot must know to go on; no request is under way. */
  save(): SlotState {
    return {
      features: this.#transport === undefined ? null : String(this.#transport.features),
      woken: this.#woken | this.#waiting,
      broken: this.#broken,
      failures: this.#failures,
      cause: this.#cause,
      error: this.#error,
      device: this.device.save?.() ?? null,
    };
  }

  /** The VM is gone: the device is reset. */
  detach(): void {
    this.#deactivate();
    this.#slots = undefined;
  }

  get health(): DeviceHealth {
    return {
      slot: this.#index,
      type: this.device.type,
      failures: this.#failures,
      cause: this.#cause,
      error: this.#error,
    };
  }

  /** Fetches and serves the slot's events. */
  serve(): void {
    const slots = this.#slots;
    if (slots === undefined) return;
    const told = slots.events(this.#index);
    this.#failures = told.failures;
    this.#cause = told.cause;
    if (told.events & VirtioEvent.Reset) this.#deactivate();
    if (told.events & VirtioEvent.Activated) this.#activate(slots, told);
    if (this.#transport === undefined) return;
    if (told.events & VirtioEvent.Configured) {
      this.#guarded(() => this.device.configure?.(told.written.offset, told.written.bytes));
    }
    this.#notify(told.notified);
  }

  /** Notifies of the queues that are to be looked at again; whether there were any. */
  catchUp(): boolean {
    const woken = this.#woken;
    this.#woken = 0;
    if (this.#transport !== undefined) this.#notify(woken);
    return woken !== 0;
  }

  /** A turn of the machine's loop: lets the device look for what came from outside. */
  pump(): void {
    if (this.#transport === undefined) return;
    if (this.device.pump !== undefined && !this.#broken) this.#guarded(() => this.device.pump?.());
  }

  #activate(slots: VirtioSlots, told: SlotEvents): void {
    const transport = new Transport(slots, this.#index, told.features, this);
    this.#transport = transport;
    this.#broken = false;
    this.#guarded(() => this.device.activate(transport));
  }

  #deactivate(): void {
    if (this.#transport === undefined) return;
    this.#transport.end();
    this.#transport = undefined;
    this.#woken = 0;
    this.#waiting = 0;
    this.#owner.roomMade();
    try {
      this.device.reset();
    } catch (error) {
      if (error instanceof InternalError) throw error;
      // A device that cannot be reset serves its next driver no more than this one.
      this.#fail(error);
    }
  }

  #notify(queues: number): void {
    for (let queue = 0; queues >>> queue !== 0 && !this.#broken; queue++) {
      if ((queues >>> queue) & 1) this.#guarded(() => this.device.notify(queue));
    }
  }

  /** Calls the back end; what it throws, now or later, breaks its device and nothing else. */
  #guarded(call: () => void | Promise<void>): void {
    const transport = this.#transport;
    const fail = (error: unknown) => {
      if (error instanceof InternalError) throw error;
      if (transport !== undefined && transport === this.#transport) this.#fail(error);
    };
    const { observer } = this.#owner;
    try {
      const answers = observer === undefined ? call() : this.#measured(call, observer);
      if (answers !== undefined) this.#owner.track(answers.catch(fail));
    } catch (error) {
      fail(error);
    }
  }

  #measured(call: () => void | Promise<void>, observer: DeviceObserver): void | Promise<void> {
    const began = performance.now();
    const answers = call();
    observer.called(this.#index, this.device.type, performance.now() - began);
    return answers?.finally(() =>
      observer.answered(this.#index, this.device.type, performance.now() - began),
    );
  }

  #fail(error: unknown): void {
    this.#broken = true;
    this.#error = error instanceof Error ? error.message : String(error);
    this.#slots?.fail(this.#index);
    this.#owner.wake();
  }

  /** For the transport. */
  shortOfMemory(): void {
    this.#owner.shortOfMemory();
  }

  /** For the transport: a request in `queue` needs a page that was not yet restored. */
  missPage(queue: number): void {
    this.wait(queue);
    this.#owner.missPage();
  }

  /** For the transport. */
  get rests(): boolean {
    return this.#owner.rests;
  }

  /** For the transport: the guest may have something to do. */
  wakeLoop(): void {
    this.#owner.wake();
  }

  /** For the transport: `queue` has a request that must wait for others to end. */
  wait(queue: number): void {
    this.#waiting |= 1 << queue;
    this.#owner.wantRoom();
  }

  /** For the transport: a request ended; the loop comes round for its interrupt. */
  completed(): void {
    this.#owner.roomMade();
    this.#owner.wake();
  }

  /** Requests ended: notifies of the queues that waited, in the next turn. */
  retry(): void {
    this.#woken |= this.#waiting;
    this.#waiting = 0;
  }

  /** For the transport: notifies of `queue` in the next turn. */
  wake(queue: number): void {
    this.#woken |= 1 << queue;
    this.#owner.wake();
  }
}

/** A device's driver, from DRIVER_OK to the reset. */
class Transport implements VirtioTransport {
  readonly features: bigint;
  readonly #index: number;
  readonly #slot: VirtioSlot;
  #slots: VirtioSlots | undefined;

  constructor(slots: VirtioSlots, index: number, features: bigint, slot: VirtioSlot) {
    this.#slots = slots;
    this.#index = index;
    this.features = features;
    this.#slot = slot;
  }

  end(): void {
    this.#slots = undefined;
  }

  take(queue: number): VirtioRequest | undefined {
    if (this.#slots !== undefined && this.#slot.rests) {
      this.#slot.wait(queue);
      return undefined;
    }
    const taken = this.#slots?.take(this.#index, queue) ?? VirtioTake.None;
    if (typeof taken !== 'number') return new Request(taken, this);
    if (taken === VirtioTake.Later || taken === VirtioTake.NoMemory) this.#slot.wait(queue);
    if (taken === VirtioTake.NoMemory) this.#slot.shortOfMemory();
    if (taken === VirtioTake.Missing) this.#slot.missPage(queue);
    if (taken === VirtioTake.NextTurn) this.#slot.wake(queue);
    return undefined;
  }

  setConfig(offset: number, bytes: Uint8Array): void {
    if (this.#slots === undefined) return;
    if (!this.#slots.setConfig(this.#index, offset, bytes)) {
      throw new ConfigurationError(
        `${bytes.length} bytes at ${offset} are beyond the end of the configuration space`,
      );
    }
    this.#slot.wakeLoop();
  }

  wake(queue: number): void {
    if (this.#slots !== undefined) this.#slot.wake(queue);
  }

  /** For requests: the core, while the driver is the same. */
  get slots(): VirtioSlots | undefined {
    return this.#slots;
  }

  /** A request ended, or was found to be void. */
  completed(): void {
    this.#slot.completed();
  }
}

class Request implements VirtioRequest {
  readonly readable: number;
  readonly writable: number;
  readonly #taken: TakenRequest;
  readonly #transport: Transport;
  #ended = false;

  constructor(taken: TakenRequest, transport: Transport) {
    this.readable = taken.readable;
    this.writable = taken.writable;
    this.#taken = taken;
    this.#transport = transport;
  }

  read(offset = 0, length = this.readable): Uint8Array<ArrayBuffer> {
    const count = Math.max(0, Math.min(length, this.readable - offset));
    const { prefix } = this.#taken;
    if (offset + count <= prefix.length) return prefix.slice(offset, offset + count);
    const bytes = new Uint8Array(count);
    const copied = this.#transport.slots?.read(this.#taken, offset, bytes) ?? 0;
    return copied === count ? bytes : bytes.slice(0, copied);
  }

  readInto(offset: number, into: Uint8Array): boolean {
    const { prefix } = this.#taken;
    if (offset + into.length <= prefix.length) {
      into.set(prefix.subarray(offset, offset + into.length));
      return true;
    }
    return this.#transport.slots?.read(this.#taken, offset, into) === into.length;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#transport.slots?.write(this.#taken, offset, bytes);
  }

  complete(written: number): void {
    if (this.#ended) throw new ConfigurationError('a virtio request was completed twice');
    this.#ended = true;
    const { slots } = this.#transport;
    if (slots === undefined) return;
    slots.complete(this.#taken, written);
    this.#transport.completed();
  }
}
