import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { qemuCommand, type VersionedQemu } from '../../test/oracle/qemu-command.js';
import { UnavailableError, WrongResultError } from '../errors.js';
import { endWithBench, temporaryFolder } from '../leftovers.js';
import {
  type GuestProgram,
  PROGRAM_MEMORY,
  PROGRAM_TIMEOUT_MS,
  programElf,
  WRONG_RESULT,
} from '../programs/program.js';
import type { ProgramEngine, ProgramRun } from './engine.js';

/** The peer's command. @throws UnavailableError saying why there is none. */
export async function peerQemu(): Promise<VersionedQemu> {
  try {
    return await qemuCommand();
  } catch (error) {
    throw new UnavailableError(`no QEMU: ${(error as Error).message}`, { cause: error });
  }
}

/** QEMU's translator (TCG). A run is a process, and its time holds the process's start and end. */
export class QemuEngine implements ProgramEngine {
  readonly name = 'qemu';

  async run(program: GuestProgram, passes: number): Promise<ProgramRun> {
    const command = await peerQemu();
    const folder = await temporaryFolder();
    try {
      const file = join(folder, `${program.name}.elf`);
      await writeFile(file, programElf(program, passes));
      const began = performance.now();
      const status = await statusOf(command, [
        ...['-machine', 'virt', '-m', `${PROGRAM_MEMORY}M`, '-smp', '1', '-accel', 'tcg'],
        ...['-nodefaults', '-display', 'none', '-serial', 'none', '-monitor', 'none'],
        ...(program.hypervisor ? ['-cpu', 'rv64,h=on'] : []),
        ...['-bios', 'none', '-kernel', file],
      ]);
      const seconds = (performance.now() - began) / 1000;
      if (status === WRONG_RESULT) {
        throw new WrongResultError(`${program.name} has a wrong result on ${this.name}`);
      }
      return { seconds };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Exit status 0 or WRONG_RESULT; any other, or none in time, is an error with QEMU's own words. */
function statusOf(command: VersionedQemu, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, [...command.prefix, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: PROGRAM_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    endWithBench(child);
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0 || status === WRONG_RESULT) resolve(status);
      else reject(new Error(`QEMU ended with ${signal ?? `status ${status}`} ${complaint.trim()}`));
    });
  });
}
