/** Reads a console and counts what comes. */
export class ConsoleMeter {
  #received = 0;
  #ended: unknown;
  #onChange = () => {};

  constructor(output: ReadableStream<Uint8Array>) {
    this.#read(output).catch((error: unknown) => {
      this.#ended = error;
      this.#onChange();
    });
  }

  async #read(output: ReadableStream<Uint8Array>): Promise<void> {
    const reader = output.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the console was closed');
      this.#received += value.length;
      this.#onChange();
    }
  }

  /** Bytes so far. */
  get received(): number {
    return this.#received;
  }

  /** Waits until `count` bytes have come in all. @throws Error if the console ends before. */
  async until(count: number): Promise<void> {
    while (this.#received < count) {
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }
}
