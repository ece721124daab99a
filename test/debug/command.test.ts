import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toElf } from '../../isa/assembler/elf.js';
import { hartwood } from '../cli/hartwood.js';
import { Client } from './client.js';
import { COUNTING } from './program.js';

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-debug-'));
  program = join(folder, 'counting');
  await writeFile(program, toElf(COUNTING));
});
afterAll(() => rm(folder, { recursive: true }));

it('--gdb says its port, --gdb-wait waits, and the client may end it all', async () => {
  let told: (text: string) => void = () => {};
  const line = new Promise<string>((resolve) => {
    told = resolve;
  });
  const args = ['run', '--bare', program, '--gdb', '0', '--gdb-wait', '--json'];
  const run = hartwood(args, { onError: (text) => told(text) });
  const found = /GDB is served on 127\.0\.0\.1:(\d+), and the machine waits/.exec(await line);
  const client = await Client.connect(Number(found?.[1]));
  expect(await client.ask('p20')).toBe('0000008000000000');
  client.send('k');
  const { status, stdout } = await run;
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(summary.stop.kind).toBe('host');
  expect(summary.instructions).toBe(0);
  expect(status).toBe(summary.status);
});

it('a port that is in use is told in one line', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = other.address() as { port: number };
    const { status, stderr } = await hartwood(['run', '--bare', program, '--gdb', String(port)]);
    expect(stderr).toBe(`hartwood: GDB cannot be served on port ${port}: it is in use\n`);
    expect(status).toBe(2);
  } finally {
    other.close();
  }
});
