import { describe, expect, it, vi } from 'vitest';
import { session } from '../../../test/agent-session.js';
import {
  AgentError,
  ConfigurationError,
  GuestFileError,
  VmStoppedError,
  VmTimeoutError,
} from '../../core/errors.js';
import { Kind, MODE_WANTED, Step, ToGuest, ToHost } from '../../guest/agent/protocol.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);

/** A stream of what a test enqueues. */
function source() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const cancel = vi.fn();
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel,
  });
  if (controller === undefined) throw new Error('a stream starts at once');
  return { stream, controller, cancel };
}

describe('exec', () => {
  it('gives status and outputs, as text and bytes', async () => {
    const { fake, guest } = session();
    const result = guest.exec('echo ä');
    const [opened] = fake.opened();
    expect(opened).toMatchObject({ kind: Kind.COMMAND, detail: 0 });
    expect(opened?.arguments.slice(0, 2)).toEqual(['echo ä', '']);
    fake.output(1, 'ou');
    fake.output(1, Uint8Array.of(0xff), ToHost.STDERR);
    fake.output(1, 't\n');
    fake.exit(1, 3);
    expect(await result).toEqual({
      status: 3,
      stdout: 'out\n',
      stderr: '\ufffd',
      stdoutBytes: bytes('out\n'),
      stderrBytes: Uint8Array.of(0xff),
    });
  });

  it('passes folder and environment on, beside the default one', async () => {
    const { fake, guest } = session();
    void guest.exec('x', { cwd: '/tmp', env: { A: 'b c', HOME: '/elsewhere' } });
    const [, cwd, ...env] = fake.opened()[0]?.arguments ?? [];
    expect(cwd).toBe('/tmp');
    expect(env).toContain('A=b c');
    expect(env).toContain('HOME=/elsewhere');
    expect(env.some((entry) => entry.startsWith('PATH=/usr/local/sbin:'))).toBe(true);
  });

  it.each([
    ['text', 'häl'],
    ['bytes', bytes('häl')],
  ])('sends %s as input', (_, stdin) => {
    const { fake, guest } = session();
    void guest.exec('cat', { stdin });
    expect(fake.opened()[0]?.detail).toBe(1);
    expect(fake.sent(ToGuest.STDIN).map(({ payload }) => text(payload))).toEqual(['häl']);
    expect(fake.sent(ToGuest.STDIN_END)).toHaveLength(1);
  });

  it('sends a stream as input', async () => {
    const { fake, guest } = session();
    const { stream, controller } = source();
    void guest.exec('cat', { stdin: stream });
    fake.flush();
    controller.enqueue(bytes('one'));
    await expect.poll(() => fake.sent(ToGuest.STDIN)).toHaveLength(1);
    controller.close();
    await expect.poll(() => fake.sent(ToGuest.STDIN_END)).toHaveLength(1);
  });

  it('kills the command when its input breaks', async () => {
    const { fake, guest } = session();
    const { stream, controller } = source();
    const result = guest.exec('cat', { stdin: stream });
    fake.flush();
    controller.error(new Error('the source is broken'));
    await expect(result).rejects.toThrow('the source is broken');
    expect(fake.sent(ToGuest.KILL)).toHaveLength(1);
    expect(fake.sent(ToGuest.STDIN_END)).toEqual([]);
  });

  it('kills at its limit and when it is aborted, and cancels the input', async () => {
    const { fake, guest } = session();
    const { stream, cancel } = source();
    const abort = new AbortController();
    const late = guest.exec('a', { timeout: 1, stdin: stream });
    const aborted = guest.exec('b', { signal: abort.signal });
    fake.flush();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(late).rejects.toThrow(VmTimeoutError);
    expect(fake.sent(ToGuest.KILL).map(({ channel }) => channel)).toEqual([1, 2]);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('ends with the VM', async () => {
    const { fake, waits, guest } = session();
    const result = guest.exec('a');
    fake.flush();
    waits.stop({ kind: 'poweroff', code: 0 });
    await expect(result).rejects.toThrow(VmStoppedError);
  });

  it.each([
    [Step.FOLDER, 2, "cannot run the command in '/nix': no such file or folder (ENOENT)"],
    [Step.SHELL, 2, 'cannot start /bin/sh: no such file or folder (ENOENT)'],
    [Step.ARGUMENTS, 7, 'does not take the command: the arguments are too long (E2BIG)'],
    [Step.PROCESS, 11, 'cannot start the command: nothing is free at the moment (EAGAIN)'],
    [99, 999, 'cannot start the command: error 999'],
  ])('says why a command did not start (step %d)', async (step, errno, message) => {
    const { fake, guest } = session();
    const result = guest.exec('a', { cwd: '/nix' });
    fake.flush();
    fake.sendWords(ToHost.FAILED, 1, errno, step);
    await expect(result).rejects.toThrow(AgentError);
    await expect(result).rejects.toThrow(message);
  });

  it.each([
    ['a zero in the command', 'a\0b', {}, /the command contains a zero/],
    ['a list', ['ls', '/'] as unknown as string, {}, /the command must be a text, not a list/],
    ['a command too long', 'ä'.repeat(70_000), {}, /has 140000 bytes; Linux takes 131071/],
    ['a zero in the folder', 'a', { cwd: '/\0' }, /the folder \(cwd\) contains a zero/],
    ['a variable without name', 'a', { env: { '': 'x' } }, /'' cannot be the name/],
    ['a variable with =', 'a', { env: { 'A=B': 'x' } }, /'A=B' cannot be the name/],
  ])('refuses %s', async (_, command, options, message) => {
    const { fake, guest } = session();
    await expect(guest.exec(command, options)).rejects.toThrow(ConfigurationError);
    await expect(guest.exec(command, options)).rejects.toThrow(message);
    expect(() => guest.spawn(command, options)).toThrow(ConfigurationError);
    expect(fake.opened()).toEqual([]);
  });
});

describe('spawn', () => {
  it('carries input and outputs as streams', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('cat');
    const writer = process.stdin.getWriter();
    const written = writer.write(bytes('in'));
    await expect.poll(() => text(fake.sent(ToGuest.STDIN)[0]?.payload)).toBe('in');
    await written;
    const reader = process.stdout.getReader();
    fake.output(1, 'one');
    fake.output(1, 'two');
    expect(text((await reader.read()).value)).toBe('one');
    void writer.close();
    await expect.poll(() => fake.sent(ToGuest.STDIN_END)).toHaveLength(1);
    fake.exit(1, 7);
    expect(await process.status).toBe(7);
    expect(text((await reader.read()).value)).toBe('two');
    expect((await reader.read()).done).toBe(true);
    expect((await process.stderr.getReader().read()).done).toBe(true);
  });

  it('gives the guest credit for what a reader took, or nobody wants', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('yes');
    fake.flush();
    const piece = new Uint8Array(16 * 1024);
    for (let i = 0; i < 8; i++) fake.output(1, piece);
    expect(fake.sent(ToGuest.CREDIT)).toEqual([]);
    await process.stdout.cancel();
    expect(fake.sent(ToGuest.CREDIT)).toHaveLength(1);
    const reader = process.stderr.getReader();
    for (let i = 0; i < 8; i++) fake.output(1, piece, ToHost.STDERR);
    for (let i = 0; i < 8; i++) await reader.read();
    expect(fake.sent(ToGuest.CREDIT)).toHaveLength(2);
  });

  it('sends signals', () => {
    const { fake, guest } = session();
    const process = guest.spawn('sleep 100');
    fake.flush();
    process.kill();
    process.kill(2);
    process.kill('SIGUSR1');
    expect(fake.sent(ToGuest.KILL).map(({ payload }) => payload[0])).toEqual([15, 2, 10]);
  });

  it.each([
    [0, 'not 0'],
    [65, 'not 65'],
    [1.5, 'not 1.5'],
    [Number.NaN, 'not NaN'],
    ['TERM' as 'SIGTERM', "not 'TERM'"],
    ['constructor' as 'SIGTERM', "not 'constructor'"],
  ])('refuses %s as a signal', (signal, given) => {
    const { fake, guest } = session();
    const process = guest.spawn('sleep 100');
    fake.flush();
    expect(() => process.kill(signal)).toThrow(ConfigurationError);
    expect(() => process.kill(signal)).toThrow(
      `a signal is a name such as 'SIGTERM' or a number from 1 to 64, ${given}`,
    );
    expect(fake.sent(ToGuest.KILL)).toEqual([]);
  });

  it('fails a write that nobody reads', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('true');
    fake.flush();
    fake.send(ToHost.STDIN_CLOSED, 1);
    await expect(process.stdin.getWriter().write(bytes('x'))).rejects.toThrow(AgentError);
  });

  it('breaks its streams when the agent is lost', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('cat');
    fake.flush();
    const reading = process.stdout.getReader().read();
    fake.hello();
    await expect(process.status).rejects.toThrow(/started anew/);
    await expect(reading).rejects.toThrow(/started anew/);
    await expect(process.stdin.getWriter().write(bytes('x'))).rejects.toThrow(AgentError);
  });

  it('ends at its limit', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('sleep 100', { timeout: 1 });
    fake.flush();
    await expect(process.status).rejects.toThrow(VmTimeoutError);
    expect(fake.sent(ToGuest.KILL)).toHaveLength(1);
  });
});

describe('files', () => {
  it('are read whole and as a stream', async () => {
    const { fake, guest } = session();
    const whole = guest.files.read('/a b');
    expect(fake.opened()[0]).toMatchObject({ kind: Kind.READ, arguments: ['/a b'] });
    fake.output(1, 'con');
    fake.output(1, 'tent');
    fake.exit(1);
    expect(text(await whole)).toBe('content');
    const reader = guest.files.readStream('/c').getReader();
    fake.flush();
    fake.output(2, 'piece');
    expect(text((await reader.read()).value)).toBe('piece');
    fake.exit(2);
    expect((await reader.read()).done).toBe(true);
  });

  it('that are not read to their end are given up', async () => {
    const { fake, guest } = session();
    const stream = guest.files.readStream('/c');
    fake.flush();
    await stream.cancel();
    expect(fake.sent(ToGuest.KILL)).toHaveLength(1);
  });

  it('are written, with a mode if one is given', async () => {
    const { fake, guest } = session();
    const written = guest.files.write('/a', 'content', { mode: 0o4755 });
    void guest.files.write('/b', bytes(''));
    expect(fake.opened()).toMatchObject([
      { kind: Kind.WRITE, detail: MODE_WANTED + 0o4755 },
      { kind: Kind.WRITE, detail: 0o644 },
    ]);
    expect(fake.sent(ToGuest.STDIN).map(({ payload }) => text(payload))).toEqual(['content']);
    expect(fake.sent(ToGuest.STDIN_END)).toHaveLength(2);
    fake.exit(1);
    await written;
  });

  it('say by the name of the error why they cannot be had', async () => {
    const { fake, guest } = session();
    const missing = guest.files.read('/x');
    const stream = guest.files.readStream('/y').getReader().read();
    const full = guest.files.write('/z', 'a');
    fake.flush();
    fake.sendWords(ToHost.FAILED, 1, 2, Step.OPEN);
    fake.sendWords(ToHost.FAILED, 2, 13, Step.OPEN);
    fake.sendWords(ToHost.FAILED, 3, 28, Step.WRITE);
    await expect(missing).rejects.toThrow(GuestFileError);
    await expect(missing).rejects.toMatchObject({
      errno: 'ENOENT',
      message: "cannot read '/x' in the guest: no such file or folder (ENOENT)",
    });
    await expect(stream).rejects.toMatchObject({ errno: 'EACCES' });
    await expect(full).rejects.toMatchObject({ errno: 'ENOSPC' });
  });

  it.each([
    ['no path', ''],
    ['a zero', 'a\0b'],
    ['a path too long', `/${'x'.repeat(5000)}`],
  ])('refuse %s', async (_, path) => {
    const { guest } = session();
    await expect(guest.files.read(path)).rejects.toThrow(ConfigurationError);
    await expect(guest.files.write(path, 'x')).rejects.toThrow(ConfigurationError);
    expect(() => guest.files.readStream(path)).toThrow(ConfigurationError);
  });

  it('refuse an impossible mode', async () => {
    const { guest } = session();
    const message = "a file's mode is a number from 0 to 0o7777, not 4096";
    await expect(guest.files.write('/x', '', { mode: 0o10000 })).rejects.toThrow(message);
  });
});
