import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QEMU_CPU } from './cpu.js';
import { MEMORY, type Machine, ProgramHungError } from './machine.js';
import { packagedQemu, type QemuCommand } from './qemu-package.js';

/** The oldest QEMU with every extension that is compared. */
const OLDEST = [9, 2] as const;

/** Time for one program; the longest take a few seconds. */
const TIMEOUT_MS = 120_000;

export interface Qemu extends Machine {
  readonly version: string;
}

let found: Promise<Qemu> | undefined;

/** The machine's own qemu-system-riscv64 when it is new enough, else Debian's in the cache. */
export function qemu(): Promise<Qemu> {
  found ??= findQemu();
  return found;
}

async function findQemu(): Promise<Qemu> {
  const own: QemuCommand = { program: 'qemu-system-riscv64', prefix: [] };
  const ownVersion = await versionOf(own).catch(() => undefined);
  if (ownVersion !== undefined && isNewEnough(ownVersion)) return bind(own, ownVersion);
  const packaged = await packagedQemu();
  return bind(packaged, await versionOf(packaged));
}

async function versionOf({ program, prefix }: QemuCommand): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...prefix, '--version']);
  const version = stdout.match(/version (\d+\.\d+\.\d+)/)?.[1];
  if (version === undefined) throw new Error(`${program} tells no version: ${stdout}`);
  return version;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function bind(command: QemuCommand, version: string): Qemu {
  return { name: 'QEMU', version, run: (image) => run(command, image) };
}

/** RAM is a file that holds the program, that QEMU maps, and that is read when it has ended. */
async function run(command: QemuCommand, image: Uint8Array): Promise<Uint8Array> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'hartwood-oracle-'));
  try {
    const ram = join(folder, 'ram');
    await writeFile(ram, image);
    await truncate(ram, MEMORY);
    const ended = await finished(
      command.program,
      [
        ...command.prefix,
        '-nodefaults',
        ...['-machine', 'virt,memory-backend=ram', '-m', `${MEMORY >>> 20}M`],
        '-object',
        `memory-backend-file,id=ram,size=${MEMORY},mem-path=${ram},share=on`,
        ...['-cpu', QEMU_CPU, '-bios', 'none'],
        ...['-display', 'none', '-serial', 'none', '-monitor', 'none'],
      ],
      TIMEOUT_MS,
    );
    const memory = new Uint8Array(image.length);
    const file = await open(ram);
    await file.read(memory, 0, memory.length, 0);
    await file.close();
    if (!ended) throw new ProgramHungError('QEMU', memory);
    return memory;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether the process ended by itself, within the time. */
function finished(program: string, args: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    let timedOut = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      if (timedOut) resolve(false);
      else if (status === 0) resolve(true);
      else reject(new Error(`QEMU ended with status ${status}: ${complaint.trim()}`));
    });
  });
}
