/** The host's end of one port of a virtio console (VIRTIO 1.2 §5.3). */
export interface ConsolePort {
  /** As the guest finds it in `/sys/class/virtio-ports/<port>/name`. */
  readonly name: string;
  /** Whether the guest is to make a terminal of it (`/dev/hvc0`), or leave it a plain byte stream. */
  readonly terminal: boolean;
  /** Whether the port has no room now: the guest then waits with what it writes. */
  readonly congested: boolean;
  /** Takes over bytes that the guest wrote; the array is the port's to keep. */
  receive(bytes: Uint8Array): void;
  /** Offers what is to be sent to `give`, piece by piece; `give` says how many bytes it took. */
  type(give: (bytes: Uint8Array) => number): void;
  /** A process in the guest opened the port, or the last one closed it, or the guest was reset. */
  opened(open: boolean): void;
}
