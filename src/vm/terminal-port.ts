import type { ConsolePort } from '../machine/virtio/console-port.js';
import type { Console } from './console.js';

/** The guest's end of a console as a terminal of its virtio console: `/dev/hvc0` and on. */
export class TerminalPort implements ConsolePort {
  readonly name: string;
  readonly terminal = true;
  /** The VM stands still for a slow reader (src/vm/run-loop.ts), so there is always room. */
  readonly congested = false;
  readonly #console: Console;

  constructor(name: string, console: Console) {
    this.name = name;
    this.#console = console;
  }

  receive(bytes: Uint8Array): void {
    this.#console.print(bytes);
  }

  type(give: (bytes: Uint8Array) => number): void {
    this.#console.type(give);
  }

  opened(): void {}
}
