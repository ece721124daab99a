import { afterAll, beforeAll, expect, test } from 'vitest';
import { MemoryDisk } from '../../../src/index.js';
import { Host } from '../../../src/node/door.js';
import { AREA, diskRead, diskSum } from './disk-read.js';
import { forkExec } from './fork-exec.js';
import { PAGES, pageFault } from './page-fault.js';
import { pipe } from './pipe.js';
import { IDLE_STATUS, type LinuxProgram, linuxProgram } from './program.js';
import { systemCall } from './system-call.js';

const NOISE = 2654435761;
const content = new Uint8Array(AREA).map((_, at) => Math.imul(at, NOISE) >>> 24);

let host: Host;
let vm: Awaited<ReturnType<Host['create']>>;
beforeAll(async () => {
  const disk = new MemoryDisk(AREA);
  await disk.write(0, content);
  host = await Host.create({ memory: '256M' });
  vm = await host.create({ guest: 'debian', memory: '128M', drives: [disk] });
  await vm.start();
  for (const program of [systemCall, forkExec, pipe, pageFault, diskRead]) {
    await vm.files.write(`/tmp/${program.name}`, linuxProgram(program), { mode: 0o755 });
  }
});
afterAll(() => host?.[Symbol.asyncDispose]());

const run = async ({ name }: LinuxProgram, args: string) =>
  await vm.exec(`/tmp/${name} ${args}`, { timeout: 30_000 });

test.each([
  { program: systemCall, count: 1000, result: 1000 },
  { program: forkExec, count: 5, result: 5 },
  { program: pipe, count: 100, result: 100 },
  { program: pageFault, count: 2, result: 2 * PAGES },
])('$program.name does what it is told, and prints $result', async (given) => {
  expect(await run(given.program, `${given.count}`)).toMatchObject({
    status: 0,
    stdout: `${given.result}\n`,
    stderr: '',
  });
});

test('what is read of a disk is what is on it, also beyond the end of what is read', async () => {
  for (const reads of [1, 3, 256, 300]) {
    const { status, stdout } = await run(diskRead, `${reads} /dev/vda`);
    expect({ reads, status, stdout }).toEqual({
      reads,
      status: 0,
      stdout: `${diskSum(content, reads)}\n`,
    });
  }
});

test('a failed system call, a count that is none and no count at all can be told from success', async () => {
  expect(await run(diskRead, '1 /dev/nowhere')).toMatchObject({ status: 2, stdout: '' });
  expect(await run(pipe, '0')).toMatchObject({ status: 255, stdout: '' });
  expect(await run(pipe, '1x')).toMatchObject({ status: 255, stdout: '' });
  expect(await run(pipe, '')).toMatchObject({ status: IDLE_STATUS, stdout: '' });
});
