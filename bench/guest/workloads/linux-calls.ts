import { open } from 'node:fs/promises';
import { findDisk } from '../../machines/images.js';
import type { BenchMachine } from '../../machines/machine.js';
import { AREA, diskRead, diskSum, READ } from '../programs/disk-read.js';
import { forkExec } from '../programs/fork-exec.js';
import { PAGES, pageFault } from '../programs/page-fault.js';
import { pipe } from '../programs/pipe.js';
import { type LinuxProgram, linuxProgram } from '../programs/program.js';
import { systemCall } from '../programs/system-call.js';
import { FOLDER, type Workload } from './workload.js';

async function install({ agent }: BenchMachine, program: LinuxProgram): Promise<string> {
  const path = `${FOLDER}/${program.name}`;
  await agent.files.write(path, linuxProgram(program), { mode: 0o755 });
  return path;
}

/** What a program does in a second: `times` in a piece, by its own count. */
function counted(program: LinuxProgram, times: number): Workload {
  return {
    name: program.name,
    unit: '1/s',
    piece: times,
    async prepare(machine) {
      const path = await install(machine, program);
      return {
        command: (pieces) => `exec ${path} ${pieces * times}`,
        expected: (pieces) => `${pieces * times}\n`,
      };
    },
  };
}

/** Faults a second; the program is told how many mappings it is to fill with them. */
const faulting: Workload = {
  name: pageFault.name,
  unit: '1/s',
  piece: PAGES,
  async prepare(machine) {
    const path = await install(machine, pageFault);
    return {
      command: (pieces) => `exec ${path} ${pieces}`,
      expected: (pieces) => `${pieces * PAGES}\n`,
    };
  },
};

/** Megabytes (10^6 bytes) a second that a program reads from the raw disk, 64 KiB at a time. */
export const reading: Workload = {
  name: diskRead.name,
  unit: 'MB/s',
  piece: READ / 1e6,
  async prepare(machine) {
    const path = await install(machine, diskRead);
    const area = new Uint8Array(AREA);
    await using image = await open(machine.imageOf('raw'));
    await image.read(area, 0, AREA, 0);
    const { stdout } = await machine.agent.exec(`${findDisk('raw')}; echo $disk`);
    return {
      command: (pieces) => `exec ${path} ${pieces} ${stdout.trim()}`,
      expected: (pieces) => `${diskSum(area, pieces)}\n`,
    };
  },
};

/** What a guest asks of its kernel, each by a program of ours. */
export const LINUX_CALLS: readonly Workload[] = [
  counted(systemCall, 1000),
  counted(forkExec, 5),
  counted(pipe, 50),
  faulting,
];
