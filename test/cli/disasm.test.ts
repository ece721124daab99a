import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { regionListing } from '../../src/debug/region-listing.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import { LOOPING } from '../debug/looping.js';
import { startProgram, symbol } from '../debug/program.js';
import { hartwood } from './hartwood.js';

const LOOP = `0x${symbol(LOOPING, 'loop').toString(16)}`;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-disasm-'));
  program = join(folder, 'looping.elf');
  await writeFile(program, toElf(LOOPING));
});
afterAll(() => rm(folder, { recursive: true }));
const disasm = (...args: string[]) => hartwood(['disasm', ...args]);

describe('hartwood disasm', () => {
  it('lists the largest region of a running machine', async () => {
    const source = `start: ${'fmadd.d fa0, fa1, fa2, fa3\n'.repeat(1000)} jr ra`;
    const large = assemble(source, { origin: 0x8000_0000n });
    await using started = await startProgram(large, { paused: true });
    await using server = await GdbServer.listen(started.vm, 0);
    const run = await disasm('--gdb', String(server.port), '--region', 'start', '--eager');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout.match(/ {2}fmadd\.d fa0,fa1,fa2,fa3\n/g)?.length).toBeGreaterThan(500);
  });

  it('lists a region of a program that is not run, with all that may be reached', async () => {
    const run = await disasm(program, '--region', 'loop');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const lines = run.stdout.split('\n');
    expect(lines[0]).toMatch(`hart 0, region at ${LOOP}: 6 instructions, a module of `);
    const store = lines.findIndex((line) => line.endsWith('  sd t0,0(s0)'));
    const next = lines.findIndex((line, at) => at > store && line.startsWith('0x'));
    expect(lines.slice(store, next).join('\n')).toContain('(i64.store');
    expect(run.stdout).toContain('  xor t0,t0,t0\n');
    expect((await disasm(program, '--region', 'pc')).stdout).toContain('  auipc s0,0x1\n');
  });

  it('is JSON for programs', async () => {
    const run = await disasm(program, '--region', LOOP, '--json');
    const { parts, module, ...rest } = JSON.parse(run.stdout);
    const bytes = Buffer.from(module, 'hex');
    expect(rest).toEqual({ hart: 0, address: LOOP, bytes: bytes.length });
    expect(() => new WebAssembly.Module(bytes)).not.toThrow();
    expect(parts).toContainEqual({
      address: LOOP,
      instruction: 'addi t0,t0,1',
      wasm: expect.arrayContaining([expect.stringContaining('(i64.add (local.get $x5)')]),
    });
  });

  it('lists what a machine has executed, and leaves it as it was', async () => {
    await using started = await startProgram(LOOPING, { clock: 'virtual', memory: '16M' });
    const { vm } = started;
    await vm.runTo(100_000n);
    const { steps } = vm.counts;
    const expected = regionListing(await vm.debugger.region(0, symbol(LOOPING, 'loop')));
    await using server = await GdbServer.listen(vm, 0);
    const port = String(server.port);
    const run = await disasm('--gdb', port, '--region', 'loop');
    expect(run).toEqual({ status: 0, stderr: '', stdout: expected });
    expect(run.stdout).not.toContain('xor');
    const eager = await disasm('--gdb', `127.0.0.1:${port}`, '--region', 'loop', '--eager');
    expect(eager.stdout).toContain('  xor t0,t0,t0\n');
    expect(vm.debugger.paused).toBe(true);
    expect(vm.counts.steps).toBe(steps);
  });
});

it.each<[args: string, status: number, line: RegExp]>([
  ['--region 0', 2, /disasm needs either a file or --gdb/],
  ['FILE --gdb 1 --region 0', 2, /disasm needs either a file or --gdb/],
  ['FILE', 2, /required option '--region <address>' not specified/],
  ['FILE --region nowhere', 2, /'nowhere' is no address; right would be/],
  ['FILE --region fault', 2, /there is no region at 0x8\w+: its first instruction is always/],
  ['FILE --region 0x80000002 --cpu rv128', 2, /rv128/],
  ['FILE --region=-1', 2, /'-1' is no address; right would be one word, as in 0x/],
  ['FILE --region loop --eager', 2, /--eager has no meaning with a file/],
  ['FILE --region loop --hart 1', 2, /--hart has no meaning with a file/],
  ['FILE --region loop --symbols FILE', 2, /--symbols has no meaning with a file/],
  ['--gdb 1 --region 0 --cpu rv64', 2, /--cpu has no meaning with --gdb/],
  ['--gdb 1 --region=-1', 2, /'-1' is no address/],
  ['/nowhere --region 0', 3, /program '\/nowhere' cannot be read: there is no such file/],
  ['--gdb x --region 0', 2, /--gdb 'x' is no place/],
])('refuses %s in one line', async (args, status, line) => {
  const run = await disasm(...args.replace('FILE', program).split(' '));
  expect(run.stderr).toMatch(line);
  expect(run.stderr.split('\n')).toHaveLength(2);
  expect(run).toMatchObject({ status, stdout: '' });
});
