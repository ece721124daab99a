/**
 * An output of the guest as a stream: pieces wait for their reader, who says with each that the guest
 * may send as much again.
 */
export class OutputStream {
  readonly readable: ReadableStream<Uint8Array>;
  /** Told how many bytes a reader took, or nobody wants. */
  onTaken: (bytes: number) => void = () => {};
  /** Told that nobody reads the stream any more. */
  onCancel: () => void = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #pieces: Uint8Array[] = [];
  #wanted: (() => void) | undefined;
  #state: 'open' | 'ending' | 'over' = 'open';
  #cancelled = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () =>
          new Promise((resolve) => {
            this.#wanted = resolve;
            this.#hand();
          }),
        cancel: () => {
          this.#cancelled = true;
          for (const { length } of this.#pieces.splice(0)) this.onTaken(length);
          this.#wanted?.();
          this.onCancel();
        },
      },
      { highWaterMark: 0 },
    );
  }

  push(bytes: Uint8Array): void {
    if (this.#cancelled) {
      this.onTaken(bytes.length);
      return;
    }
    this.#pieces.push(bytes);
    this.#hand();
  }

  /** The stream ends behind what still waits. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#hand();
  }

  /** The stream breaks; what waits is lost. */
  fail(error: unknown): void {
    if (this.#state === 'over' || this.#cancelled) return;
    this.#state = 'over';
    this.#pieces = [];
    this.#controller?.error(error);
    this.#wanted?.();
  }

  #hand(): void {
    if (this.#cancelled || this.#state === 'over') return;
    const wanted = this.#wanted;
    if (wanted !== undefined) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#wanted = undefined;
        this.#controller?.enqueue(piece);
        this.onTaken(piece.length);
        wanted();
      }
    }
    if (this.#state === 'ending' && this.#pieces.length === 0) {
      this.#state = 'over';
      this.#controller?.close();
      this.#wanted?.();
    }
  }
}
