import { readdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { isRunning } from '../running-process.js';
import type { ProcessFigures } from './commands.js';
import { isPrivate, monitorFolder } from './folder.js';
import { linesOf } from './lines.js';

/** A process that is busy for longer is left out, in milliseconds. */
const PATIENCE = 5000;
const LONGEST_ANSWER = 64 * 2 ** 20;

/** A process's VMs, and the name of its socket: its pid, and where it has several the thread. */
export interface WatchedProcess extends ProcessFigures {
  readonly name: string;
}

/**
 * The figures of all VMs of this user that their processes show. Sockets that ended processes have left
 * are deleted; a process that does not answer is left out.
 *
 * @throws ConfigurationError for a place of sockets that is not this user's alone, and on Windows
 */
export async function watchProcesses(): Promise<WatchedProcess[]> {
  const folder = monitorFolder();
  if (!(await isPrivate(folder))) return [];
  const names = (await readdir(folder)).filter((name) => SOCKET.test(name));
  const found = await Promise.all(names.map((name) => figuresOf(folder, name)));
  return found.filter((figures) => figures !== undefined);
}

const SOCKET = /^(\d+)(\.\d+)?\.sock$/;

async function figuresOf(folder: string, name: string): Promise<WatchedProcess | undefined> {
  const path = join(folder, name);
  if (!isRunning(Number(SOCKET.exec(name)?.[1]))) {
    await rm(path, { force: true });
    return undefined;
  }
  try {
    const answer: unknown = JSON.parse(await ask(path, { do: 'figures' }));
    return isFigures(answer) ? { ...answer, name: name.replace(/\.sock$/, '') } : undefined;
  } catch {
    // Gone meanwhile, busy, or of another version.
    return undefined;
  }
}

/**
 * The answer to one request.
 *
 * @throws Error if there is none in time
 */
export async function ask(path: string, request: object): Promise<string> {
  const socket = createConnection(path);
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')));
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesOf(socket, LONGEST_ANSWER)) return line;
    throw new Error('no answer');
  } finally {
    socket.destroy();
  }
}

const isCount = (value: unknown) => typeof value === 'number' && value >= 0;

/** Whether an answer is what it is to be: the process may be of another version. */
function isFigures(answer: unknown): answer is ProcessFigures {
  const { pid, time, hosts } = answer as Partial<ProcessFigures>;
  return (
    isCount(pid) &&
    isCount(time) &&
    Array.isArray(hosts) &&
    (hosts as ProcessFigures['hosts']).every(
      ({ id, memory, vms }) =>
        isCount(id) &&
        isCount(memory.total) &&
        isCount(memory.used) &&
        vms.every(
          (vm) =>
            [vm.id, vm.cpu, vm.dirtyPages, vm.memory.exclusive, vm.memory.shared].every(isCount) &&
            isCount(vm.memory.saved) &&
            typeof vm.name === 'string' &&
            typeof vm.state === 'string' &&
            Object.values(vm.exits).every(isCount),
        ),
    )
  );
}
