import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command of GDB printed, by the command's own text. */
export type Printed = (command: string) => string;

/**
 * Runs Debian's GDB, from the package gdb-multiarch, on an ELF file and a port, command by command.
 *
 * @throws Error with all that it printed if it is missing, fails, or takes longer than a minute
 */
export async function gdb(
  elf: Uint8Array,
  port: number,
  commands: readonly string[],
): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-gdb-'));
  try {
    const file = join(folder, 'program.elf');
    await writeFile(file, elf);
    const marked = commands.flatMap((command, at) => ['-ex', `echo \\n@${at}@\\n`, '-ex', command]);
    const output = await run([
      ...[
        '-nx',
        '-batch',
        '-ex',
        'set pagination off',
        '-ex',
        'set width 0',
        '-ex',
        `file ${file}`,
      ],
      ...['-ex', `target remote 127.0.0.1:${port}`, ...marked, '-ex', 'echo \\n@end@\\n'],
    ]);
    if (!output.includes('\n@end@')) throw new Error(`GDB did not come to its end:\n${output}`);
    return (command) => {
      const [, text] = output.split(`\n@${commands.indexOf(command)}@\n`);
      if (text === undefined) throw new Error(`GDB was not asked to ${command}`);
      return text.split(/\n@(?:\d+|end)@/)[0] ?? '';
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(args: readonly string[]): Promise<string> {
  // What the target says goes to standard error; one pipe keeps the order.
  const script = 'exec gdb-multiarch "$@" 2>&1';
  const child = spawn('sh', ['-c', script, 'sh', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) throw new Error(`gdb-multiarch ended with ${status}:\n${output}`);
  return output;
}
