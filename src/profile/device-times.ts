import type { DeviceObserver } from '../machine/virtio/device-observer.js';
import type { DeviceShare } from './profile.js';

/** Real time in the back ends of virtio devices. */
export class DeviceTimes implements DeviceObserver {
  readonly #shares = new Map<number, { -readonly [Key in keyof DeviceShare]: DeviceShare[Key] }>();

  called(slot: number, type: number, milliseconds: number): void {
    const share = this.#of(slot, type);
    share.calls++;
    share.seconds += milliseconds / 1000;
  }

  answered(slot: number, type: number, milliseconds: number): void {
    this.#of(slot, type).secondsToAnswer += milliseconds / 1000;
  }

  #of(slot: number, type: number) {
    const known = this.#shares.get(slot);
    if (known !== undefined) return known;
    const share = { slot, type, calls: 0, seconds: 0, secondsToAnswer: 0 };
    this.#shares.set(slot, share);
    return share;
  }

  /** By slot. */
  shares(): DeviceShare[] {
    return [...this.#shares.values()]
      .map((share) => ({ ...share }))
      .sort((a, b) => a.slot - b.slot);
  }
}
