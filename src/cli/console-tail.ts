import type { Vm } from '../vm/vm.js';

const LONGEST = 16 * 1024;
/** What Linux says when it gives up. */
const LAST_WORDS = /Kernel panic - not syncing: .*|Unable to handle kernel .*|Oops.*/;

/** Keeps the end of what a guest prints, for the message about its death. */
export class ConsoleTail {
  /** Resolves when the console has ended. */
  readonly ended: Promise<void>;
  #text = '';

  constructor(vm: Vm) {
    this.ended = this.#read(vm);
  }

  async #read(vm: Vm): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of vm.serial.output) {
      this.#text = (this.#text + decoder.decode(bytes, { stream: true })).slice(-LONGEST);
    }
  }

  /** The kernel's own words about its end, if it had any. */
  lastWords(): string | undefined {
    return LAST_WORDS.exec(this.#text)?.[0].trim();
  }
}
