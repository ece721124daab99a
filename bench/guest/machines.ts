import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianGuest } from '../../src/node/guest-store.js';
import { peerQemu } from '../engines/qemu.js';
import { temporaryFolder } from '../leftovers.js';
import type { MachineCommand } from './guest-process.js';

const MEMORY = '256M';
const HARTWOOD = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

/** The default guest as files, for machines that want files. */
export class GuestFiles {
  #folder: Promise<string> | undefined;
  #append = '';

  /** @throws GuestError if the guest is not cached and cannot be fetched */
  async options(): Promise<readonly string[]> {
    this.#folder ??= this.#write();
    const folder = await this.#folder;
    return [
      ...['kernel', join(folder, 'kernel')],
      ...['initrd', join(folder, 'initrd')],
      ...['append', this.#append],
    ];
  }

  async #write(): Promise<string> {
    const { kernel, initrd, append } = await debianGuest();
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'kernel'), kernel);
    await writeFile(join(folder, 'initrd'), initrd);
    this.#append = append;
    return folder;
  }

  /** Removes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** A machine that boots the default guest: one hart, 256 MB. */
export interface Machine {
  readonly engine: string;
  /** @throws UnavailableError if the engine is not there */
  command(files: GuestFiles): Promise<MachineCommand>;
}

/** Options as a command line writes them, each name after `dashes`. */
const written = (dashes: string, options: readonly string[]) =>
  options.map((option, i) => (i % 2 === 0 ? `${dashes}${option}` : option));

/** This project's command, on one of its engines. */
const own = (engine: string): Machine => ({
  engine,
  command: async (files) => ({
    program: process.execPath,
    args: [
      ...[HARTWOOD, 'run', '--json', '--memory', MEMORY, '--engine', engine],
      ...written('--', await files.options()),
    ],
    // With --json stdout is the summary's.
    console: 'stderr',
  }),
});

export const QEMU: Machine = {
  engine: 'qemu',
  command: async (files) => {
    const { program, prefix } = await peerQemu();
    return {
      program,
      args: [
        ...prefix,
        ...['-machine', 'virt', '-m', MEMORY, '-smp', '1', '-accel', 'tcg', '-nodefaults'],
        ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
        ...written('-', await files.options()),
      ],
      console: 'stdout',
    };
  },
};

/** What a user has: this project as it is, and QEMU. */
export const USUAL_MACHINES: readonly Machine[] = [own('wasm'), QEMU];
/** All; a quick run has no time for them. */
export const MACHINES: readonly Machine[] = [
  ...[own('wasm'), own('wasm-interpreter'), own('ts')],
  QEMU,
];
