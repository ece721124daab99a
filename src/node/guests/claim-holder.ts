/** The process that holds a claim, as its file tells it: `host pid boot start instance`. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isRunning } from '../running-process.js';

/** What is not known, as on systems without /proc. */
const UNKNOWN = '-';
/** Tells this process from an earlier one of the same number, where starts are not known. */
const INSTANCE = randomUUID();

/** A holder that may still run. */
export interface Holder {
  /** For messages: `7`, or `7 on that-host`. */
  readonly name: string;
  /** Whether it does run; of other machines nobody can tell. */
  readonly certain: boolean;
}

/** What this process writes into a claim. */
export async function ownClaim(): Promise<string> {
  const start = await startOf(process.pid);
  return `${hostname()} ${process.pid} ${await bootOf()} ${start} ${INSTANCE}`;
}

/**
 * The holder that a claim names, if it may still run. A number alone names nobody: after a reboot, and in a
 * container that was started again, another process has it.
 */
export async function livingHolder(claim: string): Promise<Holder | undefined> {
  const [, host, number, boot = UNKNOWN, start = UNKNOWN, instance] =
    /^(\S+) (\d{1,15})(?: (\S+) (\S+) (\S+))?$/.exec(claim.trim()) ?? [];
  if (host === undefined || number === undefined) return undefined;
  if (host !== hostname()) return { name: `${number} on ${host}`, certain: false };
  const pid = Number(number);
  if (!isRunning(pid) || differ(boot, await bootOf())) return undefined;
  const now = await startOf(pid);
  if (differ(start, now)) return undefined;
  const certain = start !== UNKNOWN && start === now;
  if (pid === process.pid && !certain && instance !== INSTANCE) return undefined;
  return { name: number, certain };
}

const differ = (one: string, other: string) =>
  one !== UNKNOWN && other !== UNKNOWN && one !== other;

/** What Linux calls this run of the machine (random(4)). */
async function bootOf(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
  return id.trim() || UNKNOWN;
}

/** When a process began, in clock ticks since the boot: field 22 of its `stat` (proc_pid_stat(5)). */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name before, in parentheses, may hold anything; field 3 follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[22 - 3] ?? UNKNOWN;
}
