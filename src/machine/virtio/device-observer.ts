/** Follows the calls of back ends, where somebody measures them. Times are real, in milliseconds. */
export interface DeviceObserver {
  /** A call of the device in `slot` came back; it may have begun what goes on. */
  called(slot: number, type: number, milliseconds: number): void;
  /** What a call had begun is done; the time is from that call on. */
  answered(slot: number, type: number, milliseconds: number): void;
}
