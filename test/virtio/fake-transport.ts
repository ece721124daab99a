import type {
  VirtioDevice,
  VirtioRequest,
  VirtioTransport,
} from '../../src/machine/virtio/device.js';

/** Bytes of an answer that a test can look at. */
const MOST_KEPT = 4 * 2 ** 20;

/**
 * One request, and what became of it. It holds a device to the contract in `device.ts`: reads lie
 * inside of what is readable, each request is completed once, none is touched after a reset.
 */
export class FakeRequest implements VirtioRequest {
  readonly readable: number;
  readonly writable: number;
  /** What the device completed it with. */
  written: number | undefined;
  /** Whether the device has taken it. */
  taken = false;
  isVoid = false;
  /** Settles with `written`. */
  readonly completed: Promise<number>;
  readonly #bytes: Uint8Array;
  #answer: Uint8Array | undefined;
  #complete: (written: number) => void = () => {};

  /** `readable` given as a number claims so many bytes, of zeros. */
  constructor(readable: Uint8Array | number, writable: number) {
    this.#bytes = typeof readable === 'number' ? new Uint8Array(0) : readable;
    this.readable = typeof readable === 'number' ? readable : readable.length;
    this.writable = writable;
    this.completed = new Promise((done) => {
      this.#complete = done;
    });
  }

  /** What the device wrote; as long as `writable`, but for absurd lengths. */
  get answer(): Uint8Array {
    this.#answer ??= new Uint8Array(Math.min(this.writable, MOST_KEPT));
    return this.#answer;
  }

  read(offset = 0, length = this.readable): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.readable - offset)));
    this.#copy(offset, bytes);
    return bytes;
  }

  readInto(offset: number, into: Uint8Array): boolean {
    if (offset + into.length > this.readable) throw new Error('read beyond the readable part');
    this.#copy(offset, into);
    return true;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#check();
    if (offset < Math.min(this.writable, MOST_KEPT)) {
      this.answer.set(bytes.subarray(0, this.answer.length - offset), offset);
    }
  }

  complete(written: number): void {
    if (this.isVoid) return;
    this.#check();
    if (written < 0 || written > this.writable) throw new Error(`${written} bytes in the answer`);
    this.written = written;
    this.#complete(written);
  }

  #copy(offset: number, into: Uint8Array): void {
    this.#check();
    into.fill(0);
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  #check(): void {
    if (this.isVoid) throw new Error('a request was touched after a reset');
    if (this.written !== undefined) throw new Error('a request was touched after its end');
  }
}

/** The driver's side of a device under test: queues of requests, in place of rings in RAM. */
export class FakeTransport implements VirtioTransport {
  readonly features: bigint;
  /** What the device wrote to its configuration space. */
  readonly configured: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  readonly #device: VirtioDevice;
  readonly #queues: FakeRequest[][];
  readonly #woken = new Set<number>();
  #taken: FakeRequest[] = [];

  /** Activates `device`; `features` are negotiated, by default all that it offers. */
  constructor(device: VirtioDevice, features = device.features) {
    this.#device = device;
    this.features = features;
    this.#queues = device.queues.map(() => []);
    device.activate(this);
  }

  /** Makes a buffer available, without a notification. */
  offer(queue: number, readable: Uint8Array | number, writable = 0): FakeRequest {
    const request = new FakeRequest(readable, writable);
    this.#queues[queue]?.push(request);
    return request;
  }

  /** Makes a buffer available and notifies the device. */
  send(queue: number, readable: Uint8Array | number, writable = 0): FakeRequest {
    const request = this.offer(queue, readable, writable);
    this.notify(queue);
    return request;
  }

  /** What the device began; a rejection fails the test. */
  notify(queue: number): Promise<void> {
    return Promise.resolve(this.#device.notify(queue));
  }

  /** Notifies the device of the queues it asked for, as the VM's loop does; whether it had asked. */
  async turn(): Promise<boolean> {
    const woken = [...this.#woken];
    this.#woken.clear();
    await Promise.all(woken.map((queue) => this.notify(queue)));
    return woken.length > 0;
  }

  reset(): void {
    for (const request of this.#taken) request.isVoid = true;
    for (const queue of this.#queues) queue.length = 0;
    this.#device.reset();
  }

  take(queue: number): FakeRequest | undefined {
    const request = this.#queues[queue]?.shift();
    if (request === undefined) return undefined;
    request.taken = true;
    this.#taken = this.#taken.filter((other) => other.written === undefined);
    this.#taken.push(request);
    return request;
  }

  setConfig(offset: number, bytes: Uint8Array): void {
    this.configured.push({ offset, bytes });
  }

  wake(queue: number): void {
    this.#woken.add(queue);
  }
}
