import { VIRTIO_SLOTS } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { ConfigurationError, SnapshotError } from '../../core/errors.js';
import { VirtioSlots } from '../../core/virtio-slots.js';
import type { VirtioDevice } from './device.js';
import type { DeviceObserver } from './device-observer.js';
import { type DeviceHealth, type SlotOwner, type SlotState, VirtioSlot } from './slot.js';

/** A device in each slot of the board, or none. */
export type SlotPlan = readonly (VirtioDevice | undefined)[];

/** What of each slot is not in the core; null where there is no device. */
export type BusState = readonly (SlotState | null)[];

/**
 * All virtio devices of one machine. They outlive the machine in the core: a reboot detaches them from
 * the old one and attaches them to the new.
 */
export class VirtioBus implements SlotOwner {
  /** Follows the back ends, where somebody measures them. */
  observer: DeviceObserver | undefined;
  readonly #slots: readonly (VirtioSlot | undefined)[];
  readonly #onWake: () => void;
  #core: VirtioSlots | undefined;
  #underWay = new Set<Promise<void>>();
  #short = false;
  #missing: number | undefined;
  /** Whether a device has done something that the guest may be waiting for. */
  #stirred = false;
  /** Whether a queue waits for requests to end. */
  #roomWanted = false;
  #failed: unknown;
  /** How many want it at rest, and whom to tell when none does. */
  #resting = 0;
  readonly #onGoing = new Set<() => void>();

  /**
   * `onWake` is called when a device has done something that the guest may be waiting for.
   *
   * @throws ConfigurationError for more devices than there are slots.
   */
  constructor(plan: SlotPlan, onWake: () => void) {
    if (plan.length > VIRTIO_SLOTS) {
      throw new ConfigurationError(
        `${plan.length} virtio devices are too many: the board has ${VIRTIO_SLOTS} slots`,
      );
    }
    this.#onWake = onWake;
    this.#slots = Array.from({ length: VIRTIO_SLOTS }, (_, index) => {
      const device = plan[index];
      return device && new VirtioSlot(index, device, this);
    });
  }

  /** @throws ConfigurationError for a device with more than a slot takes. */
  attach(core: Core, vm: number): void {
    const slots = new VirtioSlots(core, vm);
    this.#core = slots;
    for (const slot of this.#slots) slot?.attach(slots);
  }

  /**
   * Goes on, for a VM that is another one's copy, where that one's bus was when it was asked to `save`.
   *
   * @throws SnapshotError for a state that cannot be one.
   */
  adopt(core: Core, vm: number, state: BusState): void {
    const slots = new VirtioSlots(core, vm);
    this.#core = slots;
    for (const [index, slot] of this.#slots.entries()) {
      const saved = state[index] ?? null;
      if ((slot === undefined) !== (saved === null)) {
        const what = saved === null ? 'no device' : 'a device';
        throw new SnapshotError('version', `virtio slot ${index} had ${what}, unlike this VM's`);
      }
      if (slot !== undefined && saved !== null) slot.adopt(slots, saved);
    }
  }

  /** What another bus must know to go on; `rest` comes before. */
  save(): BusState {
    return this.#slots.map((slot) => slot?.save() ?? null);
  }

  /** No request may begin until `goOn` was called as often as this. */
  rest(): void {
    this.#resting += 1;
  }

  /** Whether no request may be taken (`rest`). */
  get rests(): boolean {
    return this.#resting > 0;
  }

  /**
   * Lets the requests under way end.
   *
   * @throws SnapshotError 'busy' if they do not within `milliseconds`
   */
  async drained(milliseconds: number): Promise<void> {
    if (!this.busy) return;
    let timer: unknown;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), milliseconds);
    });
    const isLate = await Promise.race([late, this.settled().then(() => false)]);
    clearTimeout(timer);
    if (!isLate) return;
    throw new SnapshotError('busy', `a drive did not answer within ${milliseconds} ms`);
  }

  /** One less wants it at rest; after the last, requests may begin again. */
  goOn(): void {
    this.#resting -= 1;
    if (this.rests) return;
    this.roomMade();
    for (const tell of this.#onGoing) tell();
    this.#onGoing.clear();
    this.#onWake();
  }

  /** Resolves when requests may begin. */
  going(): Promise<void> {
    return this.rests
      ? new Promise((resolve) => this.#onGoing.add(() => resolve()))
      : Promise.resolve();
  }

  /** The machine is about to go: all devices are reset. */
  detach(): void {
    for (const slot of this.#slots) slot?.detach();
    this.#core = undefined;
  }

  /** How each device fares, since the machine was started or rebooted. */
  health(): DeviceHealth[] {
    return this.#slots.flatMap((slot) => (slot === undefined ? [] : [slot.health]));
  }

  /** Whether back ends owe the guest an answer. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Whether a request found no frame free since this was last asked. */
  takeShortage(): boolean {
    const short = this.#short;
    this.#short = false;
    return short;
  }

  /**
   * Serves all slots that have something for their back ends.
   *
   * @throws InternalError that a back end met since the last call
   */
  serve(): void {
    if (this.#failed !== undefined) throw this.#failed;
    for (
      let bells = this.#core?.doorbells() ?? 0;
      bells !== 0;
      bells = this.#core?.doorbells() ?? 0
    ) {
      for (const [index, slot] of this.#slots.entries()) {
        if ((bells >>> index) & 1) slot?.serve();
      }
    }
  }

  /** Notifies devices of the queues that they wanted to be; whether there were any. */
  catchUp(): boolean {
    const any = this.#slots.map((slot) => slot?.catchUp() ?? false);
    return any.includes(true);
  }

  /** Lets devices look for what came from outside of the guest. */
  pump(): void {
    for (const slot of this.#slots) slot?.pump();
  }

  /** Whether a device has done something for the guest since this was last asked. */
  takeStirred(): boolean {
    const stirred = this.#stirred;
    this.#stirred = false;
    return stirred;
  }

  /** Resolves when no back end owes an answer any more. */
  async settled(): Promise<void> {
    while (this.busy) await Promise.all(this.#underWay);
  }

  /**
   * The VM ended for good: all devices finish what they hold. Detached first.
   *
   * @throws what the first of those threw that could not
   */
  async close(): Promise<void> {
    await this.settled();
    const closed = await Promise.allSettled(
      this.#slots.map(async (slot) => slot?.device.close?.()),
    );
    const failed = closed.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  track(answers: Promise<void>): void {
    const tracked = answers
      .catch((error: unknown) => {
        this.#failed = error;
      })
      .then(() => {
        this.#underWay.delete(tracked);
        this.#onWake();
      });
    this.#underWay.add(tracked);
  }

  shortOfMemory(): void {
    this.#short = true;
    this.#onWake();
  }

  missPage(): void {
    this.#missing = this.#core?.missing;
    this.#onWake();
  }

  /** The page for which the last request could not be taken that needed one not yet restored, since this was last asked. */
  takeMissing(): number | undefined {
    const missing = this.#missing;
    this.#missing = undefined;
    return missing;
  }

  wantRoom(): void {
    this.#roomWanted = true;
  }

  roomMade(): void {
    if (!this.#roomWanted) return;
    this.#roomWanted = false;
    for (const slot of this.#slots) slot?.retry();
  }

  wake(): void {
    this.#stirred = true;
    this.#onWake();
  }
}
