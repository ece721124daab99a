import { readFile } from 'node:fs/promises';
import { UnavailableError } from '../errors.js';

/** Clock ticks a second in /proc: the kernel's USER_HZ, 100 on all its common machines. */
const TICKS = 100;

/** What a process has used so far. */
export interface ProcessUsage {
  /** In user and kernel mode, all threads. Counted in hundredths. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/**
 * What another process has used, from Linux's /proc (proc(5)).
 *
 * @throws UnavailableError on other systems
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // The command's name may contain anything; fields are counted from its closing bracket, state is 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const resident = status.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
    return {
      cpuSeconds: (Number(fields[14 - 3]) + Number(fields[15 - 3])) / TICKS,
      residentBytes: Number(resident) * 1024,
    };
  } catch (cause) {
    throw new UnavailableError(`/proc does not tell what a process uses (${process.platform})`, {
      cause,
    });
  }
}
