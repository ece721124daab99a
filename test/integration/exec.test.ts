import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Host, VmStoppedError, VmTimeoutError } from '../../src/node/door.js';
import type { Vm } from '../../src/vm/vm.js';
import { type Transcript, transcribe } from './linux.js';

let host: Host;
let vm: Vm;
let transcript: Transcript;

beforeAll(async () => {
  host = await Host.create({ memory: '512M' });
  vm = await host.create({ guest: 'debian', cpus: 2 });
  transcript = transcribe(vm);
  await vm.start();
  await vm.ready();
}, 600_000);

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

describe('exec', () => {
  it('carries output and status', async () => {
    expect(await vm.exec('uname -sm; nproc')).toMatchObject({
      stdout: 'Linux riscv64\n2\n',
      stderr: '',
      status: 0,
    });
    expect(await vm.exec('echo out; echo err >&2; exit 42')).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      status: 42,
    });
  });

  it.each([
    ['exit 255', 255],
    ['false', 1],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['no-such-command', 127],
    ['/etc', 126],
    ['syntax (error', 2],
  ])('gives the status that a shell gives: %s', async (command, status) => {
    expect((await vm.exec(command)).status).toBe(status);
  });

  it('is safe for any bytes, in any amount', async () => {
    const all = Array.from({ length: 256 }, (_, n) => `\\${n.toString(8).padStart(4, '0')}`).join(
      '',
    );
    const { stdoutBytes } = await vm.exec(`printf '%b' '${all}'`);
    expect([...stdoutBytes]).toEqual(Array.from({ length: 256 }, (_, n) => n));

    const size = 300_000;
    const large = await vm.exec(
      `head -c ${size} /dev/zero | tr '\\0' '\\377'; head -c 20000 /dev/zero >&2`,
    );
    expect(large.stdoutBytes.length).toBe(size);
    expect(large.stdoutBytes.every((byte) => byte === 255)).toBe(true);
    expect(large.stderrBytes).toEqual(new Uint8Array(20_000));
  });

  it('takes commands of many lines and characters', async () => {
    const word = 'ä€𝄞'.repeat(500);
    const { stdout } = await vm.exec(`cat <<'END'\n${word}\nEND\necho "$((1 + 1))" '"quoted"'`);
    expect(stdout).toBe(`${word}\n2 "quoted"\n`);
  });

  it('runs several commands at once, each with its own answer', async () => {
    const order: number[] = [];
    const results = await Promise.all(
      [3, 1, 2].map(async (n) => {
        const result = await vm.exec(`sleep ${n / 2}; echo ${n}; exit ${n}`);
        order.push(n);
        return [result.stdout, result.status];
      }),
    );
    expect(results).toEqual([
      ['3\n', 3],
      ['1\n', 1],
      ['2\n', 2],
    ]);
    expect(order).toEqual([1, 2, 3]);
    const many = await Promise.all(
      Array.from({ length: 8 }, (_, n) => vm.exec(`echo ${n}; head -c 3000 /dev/zero >&2`)),
    );
    expect(many.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 8 }, (_, n) => `${n}\n`));
  });

  it('has an empty standard input, and leaves the console alone', async () => {
    const before = transcript.text();
    expect(await vm.exec('cat; tty; echo unseen')).toMatchObject({
      stdout: 'not a tty\nunseen\n',
      status: 0,
    });
    expect(transcript.text().slice(before.length)).not.toContain('unseen');
  });

  it('can be waited for in vain: a command that spins does not hold the others up', async () => {
    await expect(vm.exec('while :; do :; done', { timeout: 500 })).rejects.toThrow(VmTimeoutError);
    expect((await vm.exec('echo still there')).stdout).toBe('still there\n');
    await vm.exec("kill -9 $(pgrep -f 'while :;' | grep -v $$)");
  });

  it('ends when its signal is aborted', async () => {
    const reason = new Error('changed my mind');
    const abort = new AbortController();
    const waiting = vm.exec('sleep 60', { signal: abort.signal });
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('the console', () => {
  it('is a shell of its own', async () => {
    const writer = vm.console.input.getWriter();
    await writer.write(new TextEncoder().encode('echo $((6 * 7))-answer\n'));
    writer.releaseLock();
    while (!transcript.text().includes('42-answer')) await vm.exec('true');
    expect(transcript.text()).toContain('Linux version');
  });

  it('takes the machine with it when the guest hangs it up', async () => {
    await vm
      .exec('echo 10000000.serial > /sys/bus/platform/drivers/of_serial/unbind')
      .catch(() => {});
    expect(await vm.wait({ timeout: 60_000 })).toEqual({ kind: 'poweroff', code: 0 });
    await transcript.ended;
  });
});

describe('a guest without a shell on its console', () => {
  it('may turn it off, serves on, and ends by a panic what was waited for', async () => {
    await using other = await host.create({
      guest: 'debian',
      memory: '128M',
      append: 'hartwood.console=off panic=-1',
      onReset: 'stop',
    });
    await other.start();
    await other.exec('echo 10000000.serial > /sys/bus/platform/drivers/of_serial/unbind');
    expect((await other.exec('echo still there')).stdout).toBe('still there\n');

    const waiting = other.exec('sleep 100');
    const panic = other.exec('echo c > /proc/sysrq-trigger');
    await expect(panic).rejects.toThrow(VmStoppedError);
    await expect(waiting).rejects.toThrow(VmStoppedError);
    expect(await other.wait()).toMatchObject({ kind: 'reset' });
    await expect(other.exec('true')).rejects.toThrow(VmStoppedError);
    const summary = await other.summary();
    expect(summary.stop).toEqual({ kind: 'reset', code: 0 });
    expect(summary.instructions).toBeGreaterThan(100_000_000);
    expect(summary.steps).toBeGreaterThan(summary.instructions);
  }, 120_000);
});
