import type { ProgramEngine } from './engine.js';
import { OWN_ENGINES } from './names.js';
import { OwnEngine } from './own.js';
import { QemuEngine } from './qemu.js';

/** All that runs guest programs, this project's own first. */
export class ProgramEngines {
  readonly #own = OWN_ENGINES.map((name) => new OwnEngine(name));
  readonly all: readonly ProgramEngine[] = [...this.#own, new QemuEngine()];

  /** Frees their hosts. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#own) await engine[Symbol.asyncDispose]();
  }
}
