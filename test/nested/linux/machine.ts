import { debianGuest } from '../../../src/node/guest-store.js';
import { openGuest } from '../../../src/node/guests/open-guest.js';
import { nodePlatform } from '../../../src/node/platform.js';
import { Host } from '../../../src/vm/host.js';
import type { VmSpec } from '../../../src/vm/spec.js';
import type { Vm } from '../../../src/vm/vm.js';

/** The folder of guests that `setup.ts` has put the guest `nested` into. */
export function guestsFolder(): string {
  const { HARTWOOD_GUESTS } = process.env;
  if (HARTWOOD_GUESTS === undefined) throw new Error('the setup has built no guest');
  return HARTWOOD_GUESTS;
}

/** The prompt of the default guest's shell. */
export const PROMPT = '~ # ';

export function newHost(memory: string): Promise<Host> {
  return Host.createOn({ ...nodePlatform, debian: () => debianGuest() }, { memory });
}

/** A VM of the guest `nested` whose disk forgets, started, without a shell on its console. */
export async function startNested(host: Host, spec: Partial<VmSpec> = {}): Promise<Vm> {
  const guest = await openGuest('nested', { temporary: true, guests: guestsFolder() });
  const vm = await host.create({
    ...guest.spec,
    memory: '1G',
    cpu: 'rv64,h=on',
    clock: 'virtual',
    append: `${guest.spec.append} hartwood.console=off panic=-1`,
    ...spec,
  });
  await vm.start();
  return vm;
}

/** An `l2` that runs, with what it has printed. */
export class Session {
  readonly #process;
  readonly #input;
  readonly #reading: Promise<void>;
  #text = '';
  #wake = () => {};

  constructor(vm: Vm, options = '') {
    this.#process = vm.spawn(`l2 ${options}`);
    this.#process.status.catch(() => {});
    this.#input = this.#process.stdin.getWriter();
    const { stdout, stderr } = this.#process;
    this.#reading = Promise.all([this.#read(stdout), this.#read(stderr)]).then(() => this.#wake());
  }

  async #read(output: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of output) {
      this.#text += decoder.decode(bytes, { stream: true });
      this.#wake();
    }
  }

  /** What was printed up to the next prompt, and not yet taken. Fails if the end comes first. */
  async prompt(): Promise<string> {
    for (;;) {
      const [text, rest] = [this.#text, this.#text.indexOf(PROMPT)];
      if (rest >= 0) {
        this.#text = text.slice(rest + PROMPT.length);
        return text.slice(0, rest);
      }
      const more = await Promise.race([
        new Promise<true>((resolve) => {
          this.#wake = () => resolve(true);
        }),
        this.#reading.then(() => false),
      ]);
      if (!more && !this.#text.includes(PROMPT)) throw new Error(`l2 ended: ${text.slice(-500)}`);
    }
  }

  /** Types a line at the prompt. What is printed up to the next one, with the line's echo. */
  async run(line: string): Promise<string> {
    await this.type(line);
    return await this.prompt();
  }

  async type(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Its status, and what it printed at last. */
  async end(): Promise<{ readonly status: number; readonly text: string }> {
    await this.#reading;
    return { status: await this.#process.status, text: this.#text };
  }
}
