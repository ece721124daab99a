import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import {
  AgentError,
  ConfigurationError,
  GuestFileError,
  VmStoppedError,
  VmTimeoutError,
} from '../../src/index.js';
import type { Host } from '../../src/vm/host.js';
import { elfFile } from '../image-maker.js';
import { newHost, type Printing, startGuest } from './guest.js';

let host: Host;
let guest: Printing;

beforeAll(async () => {
  host = await newHost('512M');
  guest = await startGuest(host, { memory: '256M' });
  await guest.vm.ready();
});
afterAll(() => host[Symbol.asyncDispose]());

const exec = (command: string) => guest.vm.exec(command);

/** Resolves when the console has shown `wanted`. */
async function shown(wanted: string): Promise<void> {
  const { vm, text } = guest;
  while (!text().includes(wanted)) await vm.exec(':');
}

/** Waits for two update interrupts of /dev/rtc0, for which Linux sets the alarm to the next second. */
function alarmProgram(): Uint8Array {
  // Where a file's code stands behind its header, as Linux maps files by pages.
  const origin = 0x1_0078n;
  const { bytes } = assemble(
    `
      la a1, path
      li a0, -100                 # AT_FDCWD
      li a2, 0
      li a7, 56                   # openat
      ecall
      mv s0, a0
      li a1, 0x7003               # RTC_UIE_ON
      li a7, 29                   # ioctl
      ecall
      bnez a0, 2f
      li s1, 2
1:    mv a0, s0
      addi a1, sp, -16
      li a2, 8
      li a7, 63                   # read
      ecall
      li t0, 8
      bne a0, t0, 2f
      addi s1, s1, -1
      bnez s1, 1b
      li a0, 0
2:    li a7, 93                   # exit
      ecall
path: .asciz "/dev/rtc0"`,
    { origin },
  );
  return elfFile(bytes, { address: origin, flags: 5 });
}

describe('a running Linux', () => {
  it('is Debian on riscv64, with the harts and memory it was given', async () => {
    expect((await exec('uname -sm')).stdout).toBe('Linux riscv64\n');
    expect((await exec('nproc')).stdout).toBe('1\n');
    expect((await exec('cat /proc/cpuinfo')).stdout).toMatch(/mmu\s+: sv57/);
  });

  it('answers exec with output, error output and status', async () => {
    expect(await exec('echo out; echo err >&2; exit 3')).toMatchObject({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await exec('kill -9 $$')).status).toBe(137);
    expect((await exec('no-such-command')).status).toBe(127);
    expect((await exec("printf '%s' 'ä \"quoted\" \\n'")).stdout).toBe('ä "quoted" \\n');
  });

  it('carries binary output unharmed', async () => {
    const { stdoutBytes } = await exec('head -c 300000 /dev/urandom | tee /tmp/random');
    const there = (await exec('sha256sum /tmp/random')).stdout.slice(0, 64);
    expect(stdoutBytes.length).toBe(300_000);
    expect(createHash('sha256').update(stdoutBytes).digest('hex')).toBe(there);
  });

  it('gives commands input, and carries streams both ways', async () => {
    const process = guest.vm.spawn('while read -r x; do echo "got $x"; done; exit 5');
    const writer = process.stdin.getWriter();
    const reader = process.stdout.getReader();
    await writer.write(new TextEncoder().encode('a\n'));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('got a\n');
    await writer.close();
    expect(await process.status).toBe(5);
    const bytes = new Uint8Array(randomBytes(2 ** 20));
    const { stdoutBytes } = await guest.vm.exec('cat', { stdin: bytes });
    expect(Buffer.compare(stdoutBytes, bytes)).toBe(0);
  });

  it('gives and takes files', async () => {
    const bytes = new Uint8Array(randomBytes(2 ** 20));
    await guest.vm.files.write('/tmp/a b\n', bytes, { mode: 0o640 });
    expect(await guest.vm.files.stat('/tmp/a b\n')).toMatchObject({ size: 2 ** 20, mode: 0o640 });
    expect(Buffer.compare(await guest.vm.files.read('/tmp/a b\n'), bytes)).toBe(0);
    await expect(guest.vm.files.read('/none')).rejects.toThrow(GuestFileError);
  });

  it('kills a command whose wait ends', async () => {
    const late = guest.vm.exec('sleep 4321 & sleep 4321', { timeout: 200 });
    await expect(late).rejects.toThrow(VmTimeoutError);
    await exec('while ps | grep -q "[s]leep 4321"; do sleep 0.05; done');
  });

  it('starts its agent again when it dies', async () => {
    await expect(exec('kill -9 $(pidof agent); sleep 100')).rejects.toThrow(AgentError);
    expect((await exec('echo again')).stdout).toBe('again\n');
  });

  it('runs several commands at once', async () => {
    const waiting = exec('while [ ! -e /tmp/go ]; do sleep 0.05; done; echo gone');
    const others = await Promise.all([1, 2, 3, 4].map((n) => exec(`echo ${n}`)));
    expect(others.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n']);
    await exec('touch /tmp/go');
    expect((await waiting).stdout).toBe('gone\n');
  });

  it('ends a wait at its limit or when it is aborted, and goes on', async () => {
    await expect(guest.vm.exec('sleep 100', { timeout: 100 })).rejects.toThrow(VmTimeoutError);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(guest.vm.exec('sleep 100', { signal })).rejects.toThrow('enough');
    expect((await exec('echo still there')).stdout).toBe('still there\n');
  });

  it('has a shell on its console, which exec does not disturb', async () => {
    const writer = guest.vm.console.input.getWriter();
    await writer.write(new TextEncoder().encode('echo typed $((6 * 7))\r'));
    writer.releaseLock();
    await shown('\ntyped 42\r\n');
    expect(guest.text()).not.toContain('HW-AGENT');
    expect(guest.log()).toContain('Run /init');
  });

  it('tells the time', async () => {
    const began = Date.now() / 1000;
    const there = Number((await exec('date +%s')).stdout);
    expect(there).toBeGreaterThan(began - 60);
    expect(there).toBeLessThan(Date.now() / 1000 + 60);
  });

  it("is interrupted by the RTC's alarm when it falls due", async () => {
    const program = Buffer.from(alarmProgram()).toString('base64');
    const count = "awk '/rtc$/ { print $2 }' /proc/interrupts";
    expect((await exec(count)).stdout).toBe('0\n');
    const run = `echo ${program} | base64 -d > /tmp/alarm; chmod +x /tmp/alarm; time -p /tmp/alarm`;
    const { status, stderr } = await exec(run);
    expect(status).toBe(0);
    // The second whole second of the calendar comes in 1 to 2 seconds, on a busy host later.
    expect(Number(/real (\S+)/.exec(stderr)?.[1])).toBeGreaterThan(0.9);
    expect(Number((await exec(count)).stdout)).toBeGreaterThanOrEqual(2);
  });

  it('goes on when the core instance is replaced under it', async () => {
    const running = exec('n=0; while [ $n -lt 20000 ]; do n=$((n + 1)); done; echo $n');
    for (let i = 0; i < 20; i++) {
      await host.core.rebind();
      await exec('true');
    }
    expect((await running).stdout).toBe('20000\n');
    expect((await exec('head -c 100000 /dev/zero | sha256sum')).stdout.slice(0, 64)).toBe(
      createHash('sha256').update(new Uint8Array(100_000)).digest('hex'),
    );
  });

  it('costs next to nothing while it idles', async () => {
    const calls = vi.spyOn(host.core, 'run');
    const before = await guest.vm.summary();
    await guest.vm.exec('sleep 5');
    const after = await guest.vm.summary();
    const turns = calls.mock.calls.length;
    calls.mockRestore();
    const seconds = after.guestSeconds - before.guestSeconds;
    expect(seconds).toBeGreaterThan(4.9);
    // Some eight calls of the core and 0.4 million instructions, of the hundreds of millions that there could be.
    expect(turns / seconds).toBeLessThan(50);
    expect((after.instructions - before.instructions) / seconds).toBeLessThan(5e6);
    expect(after.exits.idle).toBeGreaterThan(before.exits.idle);
  });

  it('cannot be started twice', async () => {
    await expect(guest.vm.start()).rejects.toThrow(ConfigurationError);
  });

  it('counts what it does', async () => {
    const summary = await guest.vm.summary();
    expect(summary.instructions).toBeGreaterThan(5e8);
    expect(summary.steps).toBeGreaterThan(summary.instructions);
    expect(summary.secondsToPrompt).toBeGreaterThan(0);
    expect(summary.exits.idle).toBeGreaterThan(0);
    expect(summary.tlbMisses.read).toBeGreaterThan(0);
    expect(summary.stop).toBeNull();
  });

  it('reboots, and answers again', async () => {
    await exec('touch /tmp/mark');
    const before = (await guest.vm.summary()).steps;
    await expect(exec('reboot; sleep 100')).rejects.toThrow(AgentError);
    expect((await exec('ls /tmp')).stdout).not.toContain('mark');
    expect(guest.log().match(/Linux version/g)?.length).toBe(2);
    expect((await guest.vm.summary()).steps).toBeGreaterThan(before);
  });

  it('powers off, after which nobody waits for it', async () => {
    const lost = exec('poweroff; sleep 100');
    await expect(lost).rejects.toThrow(VmStoppedError);
    expect(await guest.vm.stopped).toMatchObject({ kind: 'poweroff', code: 0 });
    await expect(exec('true')).rejects.toThrow(/powered off/);
    await guest.ended;
    expect(guest.log()).toContain('Power down');
    const used = host.memory().used;
    await guest.vm[Symbol.asyncDispose]();
    expect(host.memory().used).toBeLessThan(used - 2 ** 20);
  });
});
