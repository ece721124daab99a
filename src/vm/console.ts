/** Output that waits for its reader; beyond it the VM stands still. */
const HIGH_WATER = 64 * 1024;
/** The ends of shells' prompts; busybox asks for the cursor's position behind it. */
const PROMPTS = ['# ', '$ ', '# \x1b[6n', '$ \x1b[6n'];
const TAIL = 8;

/**
 * The guest's console as two byte streams. While somebody reads `output` the VM waits for a slow
 * reader; while nobody does, the newest 64 KiB are kept for one who comes later.
 */
export class Console {
  #output: ReadableStream<Uint8Array> | undefined;
  #input: WritableStream<Uint8Array> | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted = false;
  #closed = false;
  /** The last bytes printed. */
  #tail = '';
  readonly #typed: { bytes: Uint8Array; done: () => void }[] = [];
  readonly #onActivity: () => void;

  /** `onActivity` is called whenever somebody typed or read. */
  constructor(onActivity: () => void) {
    this.#onActivity = onActivity;
  }

  /** What the guest prints. Streams are dear, and hardly anybody looks at each of a thousand forks: made when asked for. */
  get output(): ReadableStream<Uint8Array> {
    this.#output ??= new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          if (this.#closed && this.#waitingBytes === 0) controller.close();
        },
        pull: () => {
          this.#wanted = true;
          this.#hand();
          this.#onActivity();
        },
        cancel: () => {
          this.#closed = true;
          this.#waiting = [];
          this.#waitingBytes = 0;
          this.#onActivity();
        },
      },
      { highWaterMark: 0 },
    );
    return this.#output;
  }

  /** What is typed; a write ends when the guest has taken it. */
  get input(): WritableStream<Uint8Array> {
    this.#input ??= new WritableStream<Uint8Array>({
      write: (bytes) =>
        new Promise((done) => {
          this.#typed.push({ bytes: new Uint8Array(bytes), done });
          this.#onActivity();
        }),
    });
    return this.#input;
  }

  get #isRead(): boolean {
    return this.#output?.locked === true;
  }

  /** Whether a reader is so far behind that the VM must wait. */
  get congested(): boolean {
    return this.#isRead && !this.#closed && this.#waitingBytes >= HIGH_WATER;
  }

  /** Whether the last that was printed looks like the prompt of a shell. */
  get atPrompt(): boolean {
    return PROMPTS.some((prompt) => this.#tail.endsWith(prompt));
  }

  /** Takes over what the guest has printed. */
  print(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    for (const byte of bytes.subarray(-TAIL)) this.#tail += String.fromCharCode(byte);
    this.#tail = this.#tail.slice(-TAIL);
    if (this.#closed) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    while (!this.#isRead && this.#waitingBytes > HIGH_WATER && this.#waiting.length > 1) {
      this.#waitingBytes -= this.#waiting.shift()?.length ?? 0;
    }
    this.#hand();
  }

  #hand(): void {
    if (!this.#wanted || this.#waitingBytes === 0) return;
    const bytes = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const piece of this.#waiting) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#wanted = false;
    this.#controller?.enqueue(bytes);
    if (this.#closed) this.#controller?.close();
  }

  /** Offers what was typed to `give`, which says how many bytes it took. */
  type(give: (bytes: Uint8Array) => number): void {
    for (let entry = this.#typed[0]; entry !== undefined; entry = this.#typed[0]) {
      const taken = give(entry.bytes);
      entry.bytes = entry.bytes.subarray(taken);
      if (entry.bytes.length > 0) return;
      this.#typed.shift();
      entry.done();
    }
  }

  /** The last that was printed, for a console that goes on where this one is. */
  get tail(): string {
    return this.#tail;
  }

  set tail(printed: string) {
    this.#tail = printed.slice(-TAIL);
  }

  /** Nothing more will be printed, or taken: the streams end after what they still hold. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { done } of this.#typed.splice(0)) done();
    if (this.#waitingBytes === 0) this.#controller?.close();
  }
}
