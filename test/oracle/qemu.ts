import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComparedCpu } from './cpu.js';
import { type Machine, MEMORY, type Outcome } from './machine.js';
import { qemuCommand } from './qemu-command.js';
import type { QemuCommand } from './qemu-package.js';

/** Time for one program; the longest take a few seconds. */
const TIMEOUT_MS = 300_000;

export interface Qemu extends Machine {
  readonly version: string;
}

/** The QEMU to compare with: see `qemuCommand`. */
export async function qemu(): Promise<Qemu> {
  const command = await qemuCommand();
  return { name: 'QEMU', version: command.version, run: (image, cpu) => run(command, image, cpu) };
}

/** RAM is a file that holds the program, that QEMU maps, and that is read when it has ended. */
async function run(command: QemuCommand, image: Uint8Array, cpu: ComparedCpu): Promise<Outcome> {
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
        ...['-cpu', cpu.qemu, '-bios', 'none'],
        ...['-display', 'none', '-serial', 'none', '-monitor', 'none'],
      ],
      TIMEOUT_MS,
    );
    const memory = new Uint8Array(image.length);
    const file = await open(ram);
    await file.read(memory, 0, memory.length, 0);
    await file.close();
    return { memory, ended };
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
