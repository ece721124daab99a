/** Guests that come to a bad end, by the command line: one line says how, and the status is documented. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { VmStoppedError } from '../../src/index.js';
import { newHost, startGuest } from './guest.js';

const MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `hartwood run` with these arguments. */
const hartwood = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { maxBuffer: 1 << 28 };
    execFile(process.execPath, [MAIN, 'run', ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    }).stdin?.end();
  });

async function elf(name: string, source: string): Promise<string> {
  const path = join(folder, `${name}.elf`);
  await writeFile(path, toElf(assemble(source, { origin: RAM_BASE })));
  return path;
}

/** Ends by HTIF with what a0 holds. */
const EXIT = `
      slli a0, a0, 1
      ori a0, a0, 1
      la t0, tohost
      sd a0, 0(t0)
      j .
.balign 64
tohost: .dword 0
fromhost: .dword 0
`;

describe('a bare program that never ends', () => {
  it.each([
    ['spins', 'j .'],
    ['waits for an interrupt that nobody sends', '1: wfi; j 1b'],
    ['traps without end', 'la t0, 1f; csrw mtvec, t0; .balign 4; 1: .word 0xffffffff'],
    ['has its vector where nothing is', 'csrw mtvec, zero; .word 0'],
    ['floods its console', 'li a0, 0x10000000; li a1, 46; 1: sb a1, 0(a0); j 1b'],
  ])('is stopped by --timeout: one that %s', async (_, source) => {
    const path = await elf('endless', source);
    for (const [clock, seconds] of [
      ['virtual', '0.02'],
      ['real', '0.3'],
    ] as const) {
      const limits = ['--timeout', seconds, '--clock', clock];
      const { status, stderr } = await hartwood('--bare', path, ...limits);
      expect(stderr).toBe(`hartwood: ${seconds} seconds passed before the VM stopped\n`);
      expect(status).toBe(124);
    }
  });

  it('counts virtual seconds under the virtual clock', async () => {
    const path = await elf('endless', 'j .');
    const { stdout, status } = await hartwood(
      ...['--bare', path, '--timeout', '0.05', '--clock', 'virtual', '--json'],
    );
    const summary = JSON.parse(stdout);
    expect(status).toBe(124);
    expect(summary.status).toBe(124);
    expect(summary.guestSeconds).toBeGreaterThanOrEqual(0.05);
    expect(summary.guestSeconds).toBeLessThan(0.06);
  });
});

describe('a bare program', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['42', 42],
    ['255', 255],
    ['70000', 255],
  ])('that exits by HTIF with %s gives its status', async (code, expected) => {
    const path = await elf('exit', `li a0, ${code}; ${EXIT}`);
    expect(await hartwood('--bare', path)).toEqual({ status: expected, stdout: '', stderr: '' });
  });

  it.each([
    ['passes', 0x5555, 0],
    ['fails', 0x7_3333, 7],
  ])('that %s by the test finisher gives its status', async (_, value, expected) => {
    const path = await elf('finisher', `li a0, 0x100000; li a1, ${value}; sw a1, 0(a0); j .`);
    expect((await hartwood('--bare', path)).status).toBe(expected);
  });

  it('prints by HTIF, a byte or a buffer at a time, and by the UART', async () => {
    const path = await elf(
      'print',
      `
      la s0, tohost
      la s1, fromhost
      li a0, 0x0101000000000041
      sd a0, 0(s0)
1:    ld a1, 0(s0)
      bnez a1, 1b
      la a0, block
      sd a0, 0(s0)
2:    ld a1, 0(s1)
      beqz a1, 2b
      sd zero, 0(s1)
      la a2, block
      ld a0, 0(a2)
      li a1, 0x10000000
      li a2, 10
      sb a2, 0(a1)
      ${EXIT}
.balign 64
block: .dword 64, 1, text, 5
      .zero 32
text: .ascii "hello"`,
    );
    // The system call answers how many bytes it took, which is the program's status.
    expect(await hartwood('--bare', path)).toEqual({ status: 5, stdout: 'Ahello\n', stderr: '' });
  });

  it('leaves its signature, in words, as the architecture tests want it', async () => {
    const path = await elf(
      'signature',
      `la s0, begin_signature
      li a0, 0x11223344
      sw a0, 4(s0)
      li a0, 0
      ${EXIT}
.balign 16
begin_signature: .word 0xdeadbeef, 0, 0xffffffff, 1
end_signature: .word 7`,
    );
    const file = join(folder, 'signature');
    expect((await hartwood('--bare', path, '--signature', file)).status).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('deadbeef\n11223344\nffffffff\n00000001\n');
  });

  it('runs on all harts of the machine', async () => {
    const path = await elf(
      'harts',
      `la s0, count
      li a1, 1
      amoadd.w a0, a1, (s0)
      addi a0, a0, 1
      li a1, 4
1:    bne a0, a1, 1b
      ${EXIT}
.balign 4
count: .word 0`,
    );
    expect((await hartwood('--bare', path, '--cpus', '4')).status).toBe(4);
  });
});

describe('a Linux without a shell on its console', () => {
  it('may turn it off, serves on, and ends by a panic what was waited for', async () => {
    await using host = await newHost('256M');
    const { vm } = await startGuest(host, {
      memory: '128M',
      append: 'hartwood.console=off panic=-1',
      onReset: 'stop',
    });
    await vm.exec('echo 10000000.serial > /sys/bus/platform/drivers/of_serial/unbind');
    expect((await vm.exec('echo still there')).stdout).toBe('still there\n');

    const waiting = vm.exec('sleep 100');
    const panic = vm.exec('echo c > /proc/sysrq-trigger');
    const ends = await Promise.allSettled([waiting, panic, vm.wait()]);
    expect(ends.slice(0, 2)).toMatchObject(
      [1, 2].map(() => ({ status: 'rejected', reason: expect.any(VmStoppedError) })),
    );
    expect(ends[2]).toMatchObject({ value: { kind: 'reset', code: 0 } });
    expect((await vm.summary()).stop).toEqual({ kind: 'reset', code: 0 });
  });
});
