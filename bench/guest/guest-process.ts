import { type ChildProcess, spawn } from 'node:child_process';
import { endWithBench } from '../leftovers.js';
import { type ProcessUsage, processUsage } from './process-usage.js';

/** The shell's prompt in the default guest. */
const PROMPT = '~ # ';
/** Far more than a boot should take. */
const TIMEOUT_MS = 300_000;
/** How much of a console an error quotes. */
const LAST_WORDS = 300;

/** How to start a machine: the program, and which of its streams is the guest's console. */
export interface MachineCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly console: 'stdout' | 'stderr';
}

/** A process that boots the guest: ours or a peer's, seen from outside in the same way. */
export class GuestProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #console: 'stdout' | 'stderr';
  readonly #output = { stdout: '', stderr: '' };
  readonly #began = performance.now();
  #promptAt: number | undefined;
  #onChange = () => {};

  constructor({ program, args, console }: MachineCommand) {
    this.#console = console;
    // Standard input stays open: its end could be the console's end.
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    endWithBench(this.#child);
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]?.setEncoding('utf8').on('data', (text: string) => this.#take(name, text));
    }
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#take(console, `${error.message}\n`));
      this.#child.on('close', () => {
        resolve();
        this.#onChange();
      });
    });
  }

  #take(name: 'stdout' | 'stderr', text: string): void {
    this.#output[name] += text;
    if (name !== this.#console || this.#promptAt !== undefined) return;
    // The shell asks for the cursor's place right behind its prompt.
    if (!this.#output[name].includes(PROMPT)) return;
    this.#promptAt = performance.now();
    this.#onChange();
  }

  /**
   * Seconds from the process's start to the guest's first prompt; waits for it.
   *
   * @throws Error with the console's last lines if the process ends before, or takes too long
   */
  async prompt(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), TIMEOUT_MS);
    await new Promise<void>((resolve) => {
      this.#onChange = resolve;
      if (this.#promptAt !== undefined) resolve();
      else void this.#closed.then(resolve);
    });
    clearTimeout(timer);
    if (this.#promptAt === undefined) {
      const said = `${this.#output.stdout}${this.#output.stderr}`.trim().slice(-LAST_WORDS);
      throw new Error(`no prompt came; the last lines were: ${said}`);
    }
    return (this.#promptAt - this.#began) / 1000;
  }

  /** @throws UnavailableError where processes cannot be watched */
  usage(): Promise<ProcessUsage> {
    return processUsage(this.#child.pid ?? 0);
  }

  /** Ends the process, and returns all that it wrote to standard output. */
  async end(): Promise<string> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#closed;
    clearTimeout(timer);
    return this.#output.stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
