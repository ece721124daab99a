import { ConfigurationError, Host } from 'hartwood';
import { UnavailableError, WrongResultError } from '../errors.js';
import {
  type GuestProgram,
  PROGRAM_MEMORY,
  PROGRAM_TIMEOUT_MS,
  programElf,
  WRONG_RESULT,
} from '../programs/program.js';
import type { ProgramEngine, ProgramRun } from './engine.js';

/** A host's own needs beside its guest's RAM, in MiB. */
const OVERHEAD = 16;

/** Hartwood as its users get it, in this process. Each run is a VM of its own on one host. */
export class OwnEngine implements ProgramEngine {
  readonly name: string;
  #host: Promise<Host> | undefined;

  constructor(name = 'wasm') {
    this.name = name;
  }

  async run(program: GuestProgram, passes: number): Promise<Required<ProgramRun>> {
    this.#host ??= this.#create();
    const host = await this.#host;
    await using vm = await this.#createVm(host, program, passes);
    const began = performance.now();
    await vm.start();
    const stop = await vm.wait({ timeout: PROGRAM_TIMEOUT_MS });
    const seconds = (performance.now() - began) / 1000;
    if (stop.kind === 'failure' && stop.code === WRONG_RESULT) {
      throw new WrongResultError(`${program.name} has a wrong result on ${this.name}`);
    }
    if (stop.kind !== 'poweroff') {
      const cause = stop.error?.message ?? `${stop.kind} ${stop.code}`;
      throw new Error(`${program.name} did not end on ${this.name}: ${cause}`);
    }
    return { seconds, instructions: (await vm.summary()).instructions };
  }

  /** @throws UnavailableError if the engine has not what the program needs of a hart */
  async #createVm(host: Host, program: GuestProgram, passes: number) {
    try {
      return await host.create({
        guest: { bare: programElf(program, passes) },
        memory: `${PROGRAM_MEMORY}M`,
        cpu: program.hypervisor ? 'rv64,h=on' : 'rv64',
      });
    } catch (error) {
      if (!(program.hypervisor && error instanceof ConfigurationError)) throw error;
      throw new UnavailableError(error.message, { cause: error });
    }
  }

  async #create(): Promise<Host> {
    try {
      const memory = `${PROGRAM_MEMORY + OVERHEAD}M`;
      return await Host.create({ memory, engine: this.name });
    } catch (error) {
      const reason = (error as Error).message;
      throw new UnavailableError(`no engine ${this.name}: ${reason}`, { cause: error });
    }
  }

  /** Frees the host. */
  async [Symbol.asyncDispose](): Promise<void> {
    const host = await this.#host?.catch(() => undefined);
    await host?.[Symbol.asyncDispose]();
  }
}
