import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hartwood } from '../cli/hartwood.js';
import { qemuCommand } from '../oracle/qemu-command.js';

const SOURCES = fileURLToPath(new URL('../../examples/type1', import.meta.url));

/** How the rogue ends, and how the hypervisor learns which instruction trapped; see the Makefile. */
export interface Variant {
  readonly ends: 'hang' | 'faults' | 'unmapped';
  readonly decode: 'htinst' | 'memory';
}

/** Builds the example below `folder` with Debian's cross compiler; the path of its ELF file. */
export async function buildType1(folder: string, { ends, decode }: Variant): Promise<string> {
  const build = join(folder, `${ends}-${decode}`);
  const settings = [`BUILD=${build}`, `ROGUE_ENDS=${ends}`, `DECODE=${decode}`];
  await promisify(execFile)('make', ['--silent', '-C', SOURCES, ...settings]);
  return join(build, 'type1.elf');
}

/** A machine that runs the ELF file until it powers off; what its UART had. */
export type Machine = (elf: string) => Promise<string>;

/** The command as built, with further options. */
export const onHartwood =
  (...options: readonly string[]): Machine =>
  async (elf) => {
    const run = await hartwood(['run', '--cpu', 'rv64,h=on', ...options, '--bare', elf]);
    if (run.status !== 0) throw new Error(`ended with ${run.status}: ${run.stderr}\n${run.stdout}`);
    return run.stdout;
  };

export const onQemu: Machine = async (elf) => {
  const { program, prefix } = await qemuCommand();
  const board = ['-machine', 'virt', '-cpu', 'rv64,h=on', '-bios', 'none', '-kernel', elf];
  const console = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  const child = spawn(program, [...prefix, ...board, ...console], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`QEMU ended with ${status}: ${stderr}\n${stdout}`);
  return stdout;
};

/** A guest's row of the summary. */
export interface Row {
  readonly ended: string;
  readonly slices: number;
  readonly time: number;
  readonly timer: number;
  readonly sbi: number;
  readonly device: number;
  readonly wait: number;
  readonly fault: number;
  readonly instruction: number;
}

export function rowOf(output: string, guest: string): Row {
  const line = lines(output, '[type1] ').find((text) =>
    new RegExp(`^${guest} +(killed|finished) `).test(text),
  );
  const [, ended = '', ...figures] = line?.trim().split(/ +/) ?? [];
  const [slices, time, timer, sbi, device, wait, fault, instruction] = figures.map(Number);
  if (instruction === undefined) throw new Error(`no row for ${guest} in:\n${output}`);
  return { ended, slices, time, timer, sbi, device, wait, fault, instruction } as Row;
}

/** What the output's lines have behind a prefix, of those that have it. */
export function lines(output: string, prefix: string): string[] {
  return output
    .split(/\r?\n/)
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length));
}

/** How often the speaker changes from one guest to the other. */
export function changesOfSpeaker(output: string): number {
  const speakers = output.match(/^\[(worker|rogue)\]/gm) ?? [];
  return speakers.filter((speaker, at) => at > 0 && speaker !== speakers[at - 1]).length;
}
