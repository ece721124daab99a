import type { FileCall, MemoryFile } from './memory-file.js';

/** Holds up calls of a file until it is told to let them go: a disk that takes its time. */
export class Held {
  #held: FileCall | undefined;
  #calls: (() => void)[] = [];
  #arrived: (() => void)[] = [];

  constructor(file: MemoryFile) {
    const [read, write] = [file.read.bind(file), file.write.bind(file)];
    file.read = async (offset, into) => {
      await this.#pass('read');
      await read(offset, into);
    };
    file.write = async (offset, bytes) => {
      await this.#pass('write');
      await write(offset, bytes);
    };
  }

  /** From now on calls of this kind wait. */
  hold(call: FileCall): void {
    this.#held = call;
  }

  /** Resolves when a call waits. */
  async waiting(): Promise<void> {
    if (this.#calls.length > 0) return;
    await new Promise<void>((resolve) => this.#arrived.push(resolve));
  }

  release(): void {
    this.#held = undefined;
    for (const go of this.#calls.splice(0)) go();
  }

  async #pass(call: FileCall): Promise<void> {
    if (call !== this.#held) return;
    await new Promise<void>((go) => {
      this.#calls.push(go);
      for (const arrived of this.#arrived.splice(0)) arrived();
    });
  }
}
