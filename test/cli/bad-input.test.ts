import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elfFile, linuxImage } from '../image-maker.js';
import { hartwood } from './hartwood.js';

let folder: string;

/** Files that the table below names. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  text: new TextEncoder().encode('no kernel at all, but long enough to hold a header '.repeat(4)),
  short: linuxImage(4096).subarray(0, 40),
  image: linuxImage(4096),
  huge: linuxImage(4096, { imageSize: 1n << 30n }),
  initrd: new Uint8Array(70 << 20),
  x86: elfFile(Uint8Array.of(0x90), { machine: 62 }),
  // An endless loop: j .
  loop: elfFile(Uint8Array.of(0x6f, 0, 0, 0)),
  empty: new Uint8Array(0),
  'elf-32': elfFile(Uint8Array.of(0x6f, 0, 0, 0), { elfClass: 1 }),
  large: new Uint8Array(3 << 20).fill(0x13),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-bad-input-'));
  for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(folder, name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('bad input ends in one line, with a status of its own', () => {
  it.each<[command: string, status: number, line: RegExp]>([
    ['frob', 2, /unknown command 'frob'/],
    ['run --frob', 2, /unknown option '--frob'/],
    ['run --memroy 256M', 2, /unknown option '--memroy'.*--memory/],
    ['run stray', 2, /there is no guest 'stray'; 'hartwood guest list' names/],
    ['run stray other', 2, /too many arguments/],
    ['run ../stray', 2, /'..\/stray' is no name for a guest/],
    ['run stray --kernel image', 2, /--kernel and the built guest 'stray' exclude/],
    ['run --temporary', 2, /--temporary needs the name of a built guest/],
    ['run web --nested', 2, /--nested and the built guest 'web' exclude each other/],
    ['run --nested --kernel image', 2, /--nested and --kernel exclude each other/],
    ['run --nested --firmware large', 2, /--nested and --firmware exclude each other/],
    ['run --nested --cpu rv64,h=off', 2, /hypervisor extension, which CPU model 'rv64,h=off'/],
    ['run --nested --cpu rv32', 2, /no CPU model 'rv32'; known are: rv64/],
    ['run --nested --engine ts', 2, /hypervisor extension, which engine 'ts' does not have/],
    // Before anything is fetched or built.
    ['run --nested --cpus 9', 2, /1 to 8 CPUs, not 9/],
    ['run --nested --drive absent', 3, /'absent'/],
    ['run --nested --memory 256M', 2, /--nested needs 512M of memory, not 256M/],
    ['guest frob', 2, /unknown command 'frob'/],
    ['guest show stray', 2, /there is no guest 'stray'/],
    ['guest delete stray', 2, /there is no guest 'stray'/],
    ['guest build debian', 2, /'debian' is the default guest; choose another name/],
    ['guest build new --size 1M', 2, /the guest's disk must be between 256M and/],
    ['guest build new --include nginx;rm', 2, /'nginx;rm' is no name of a Debian package/],
    ['run --memory', 2, /argument missing/],
    ['run --memory 256Q', 2, /'256Q' is no size; right would be 256M/],
    ['run --memory 0', 2, /no size/],
    ['run --memory 64M', 2, /'debian' guest needs 112M of memory, not 64M/],
    ['run --exec=', 2, /--exec needs a command/],
    ['run --memory 100 --kernel image', 2, /multiple of 4K/],
    ['run --memory 4K --kernel image', 2, /between 1M and 4000M/],
    ['run --memory 100G --kernel image', 2, /between 1M and 4000M/],
    ['run --cpus 0 --kernel image', 2, /1 to 8 CPUs/],
    ['run --cpus 99 --kernel image', 2, /1 to 8 CPUs/],
    ['run --cpus two --kernel image', 2, /'two' is no number/],
    ['run --cpu rv32 --kernel image', 2, /no CPU model 'rv32'; known are: rv64/],
    ['run --cpu rv64,zbz=off --kernel image', 2, /no extension 'zbz'/],
    ['run --cpu rv64,a=off --kernel image', 2, /Linux needs a/],
    ['run --engine frob', 2, /--engine.* 'frob'.*wasm, wasm-interpreter, ts/],
    ['run --engine ts --gdb 0 --bare loop', 2, /the engine 'ts' has no breakpoints and steps/],
    ['lockstep', 2, /required option '--engines <name,name>'/],
    ['lockstep --engines wasm', 2, /two engines, not 1; right would be wasm,ts/],
    ['lockstep --engines wasm,frob --bare loop', 2, /no engine 'frob': the engines are wasm/],
    ['lockstep --engines wasm,wasm --every 0', 2, /--every '0' is no whole number/],
    ['lockstep --engines wasm,wasm --steps many', 2, /--steps 'many' is no whole number/],
    ['lockstep --engines wasm,wasm --bare loop --kernel image', 2, /--bare and --kernel exclude/],
    [
      'lockstep --engines ts,ts --bare loop --translate-all',
      2,
      /--translate-all needs the engine wasm/,
    ],
    ['lockstep --engines wasm,wasm --drive absent', 3, /'absent'/],
    ['run --clock slow', 2, /real, virtual/],
    ['run --seed x --kernel image', 2, /--seed 'x' is no whole number/],
    ['run --timeout soon --kernel image', 2, /--timeout 'soon'/],
    ['run --timeout 0 --kernel image', 2, /--timeout '0'/],
    ['run --initrd initrd', 2, /--initrd needs --kernel or --firmware/],
    ['run --bare loop --firmware loop', 2, /--bare and --firmware exclude each other/],
    ['run --signature out', 2, /--signature needs --bare/],
    ['run --gdb here --bare loop', 2, /--gdb 'here' is no port; right would be 0 to 65535/],
    ['run --gdb 65536 --bare loop', 2, /--gdb '65536' is no port/],
    ['run --gdb-wait --bare loop', 2, /--gdb-wait needs --gdb/],
    ['run --bare loop --kernel image', 2, /--bare and --kernel exclude each other/],
    ['run --bare loop --exec true', 2, /--bare and --exec exclude each other/],
    ['run --copy-in a:/b', 2, /--copy-in needs --exec/],
    [
      'run --exec true --copy-in a',
      2,
      /--copy-in 'a' names no two paths; right would be FILE:PATH/,
    ],
    ['run --exec true --copy-out a', 2, /--copy-out 'a' names no two paths/],
    ['cp', 2, /missing required argument/],
    ['cp text', 2, /cp needs a source and a target/],
    ['cp text image', 2, /cp names no guest; right would be 'cp FILE\.\.\. NAME:PATH'/],
    ['cp text nobody:/', 2, /there is no guest 'nobody'/],
    ['cp absent nobody:/', 7, /'absent' cannot be read: there is no such file/],
    ['run --kernel absent', 3, /kernel 'absent' cannot be read: there is no such file/],
    ['run --kernel .', 3, /kernel '.' cannot be read: it is a directory/],
    ['run --kernel text', 3, /no Linux Image for riscv64/],
    ['run --kernel short', 3, /only 40 bytes/],
    ['run --kernel x86', 3, /an ELF file/],
    ['run --kernel huge', 3, /needs 1026M of RAM; the VM has 256M/],
    ['run --kernel image --initrd absent', 3, /initrd 'absent' cannot be read/],
    ['run --kernel image --initrd initrd --memory 64M', 3, /initrd \(70M\) is too large/],
    ['run --bare text', 3, /no ELF file/],
    ['run --bare x86', 3, /for x86-64; an RV64 executable is wanted/],
    ['run --firmware loop --kernel debian --initrd initrd', 2, /debian has an initrd of its own/],
    ['run --firmware loop --kernel debian --memory 64M', 2, /'debian' guest needs 112M/],
    ['run --firmware absent', 3, /firmware 'absent' cannot be read: there is no such file/],
    ['run --firmware empty', 3, /the firmware is an empty file; raw RV64 code or an ELF/],
    ['run --firmware text', 3, /the firmware is text/],
    ['run --firmware x86', 3, /the firmware is for x86-64/],
    ['run --firmware elf-32', 3, /the firmware is a 32-bit ELF file/],
    ['run --firmware large --memory 2M', 3, /firmware needs 3M of RAM.*the VM has 2M/],
    ['run --firmware large --kernel image', 3, /firmware reaches .* over the kernel at 0x80200000/],
    ['run --firmware loop --kernel image --initrd initrd --memory 64M', 3, /initrd \(70M\) is too/],
    ['run --firmware loop --timeout 0.2', 124, /0.2 seconds passed/],
    ['run --bare loop --signature out', 3, /begin_signature/],
    ['run --bare loop --timeout 0.2', 124, /0.2 seconds passed/],
    ['run --bare loop --timeout 0.01 --clock virtual', 124, /0.01 seconds passed/],
  ])('hartwood %s', async (command, status, line) => {
    const run = await hartwood(command.split(' '), { cwd: folder });
    expect(run.stderr).toMatch(line);
    expect(run.stderr).toMatch(/^hartwood: .+\n$/);
    expect(run.stdout).toBe('');
    expect(run.status).toBe(status);
  });

  it('before --nested builds its guest', async () => {
    const guests = join(folder, 'guests');
    const env = { HARTWOOD_GUESTS: guests };
    const run = await hartwood(['run', '--nested', '--drive', 'absent'], { cwd: folder, env });
    expect(run).toMatchObject({ status: 3, stdout: '' });
    expect(run.stderr).toMatch(/^hartwood: .*'absent'.*\n$/);
    await expect(access(guests)).rejects.toThrow('ENOENT');
  });

  it('shows where it happened if asked', async () => {
    const run = await hartwood(['run', '--cpus', '0'], { env: { HARTWOOD_DEBUG: '1' } });
    expect(run.stderr).toMatch(/^hartwood: .*\n.*Error.*\n\s+at /s);
  });

  it('has help and a version', async () => {
    expect((await hartwood(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { stdout, status } = await hartwood(['run', '--help']);
    expect(status).toBe(0);
    for (const option of [
      'memory',
      'cpus',
      'kernel',
      'firmware',
      'exec',
      'signature',
      'timeout',
      'json',
    ]) {
      expect(stdout).toContain(`--${option}`);
    }
  });
});
