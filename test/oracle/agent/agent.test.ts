/** The guest agent on QEMU's devices: what it does must not depend on ours. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AgentError,
  type ExecOptions,
  GuestFileError,
  VmTimeoutError,
} from '../../../src/index.js';
import { type QemuGuest, startQemuGuest } from './qemu-guest.js';

const MB = 2 ** 20;
const TIMEOUT = 300_000;

let guest: QemuGuest;

beforeAll(async () => {
  guest = await startQemuGuest();
});
afterAll(() => guest?.[Symbol.asyncDispose]());

const exec = (command: string, options: ExecOptions = {}) =>
  guest.agent.exec(command, { timeout: TIMEOUT, ...options });
const files = () => guest.agent.files;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

/** Descriptors that the agent has open while one command runs. */
async function descriptors(): Promise<string> {
  return (await exec('ls /proc/$(pidof agent)/fd | wc -l')).stdout;
}

describe('commands', () => {
  it('end with output, error output and status', async () => {
    expect(await exec('echo out; echo err >&2; exit 3')).toMatchObject({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await exec('kill -9 $$')).status).toBe(137);
    expect((await exec('no-such-command')).status).toBe(127);
    expect((await exec(`printf '%s' 'ä "quoted" \\n'`)).stdout).toBe('ä "quoted" \\n');
  });

  it('have the folder, the environment and the input they are given', async () => {
    const options = { cwd: '/tmp', env: { A: 'b  c\n', TERM: 'dumb' }, stdin: 'in\nput' };
    expect((await exec('pwd; echo "$A$TERM$HOME"; cat', options)).stdout).toBe(
      '/tmp\nb  c\ndumb/root\nin\nput',
    );
    expect((await exec('cat; echo nothing')).stdout).toBe('nothing\n');
    await expect(exec('true', { cwd: '/nix' })).rejects.toThrow(
      "the guest cannot run the command in '/nix': no such file or folder (ENOENT)",
    );
  });

  it('lead a session, with no signal ignored or blocked and no descriptor but their own', async () => {
    const { stdout } = await exec(
      'read pid name state parent group session rest < /proc/self/stat; echo $(($$ == session));' +
        'grep -E "SigBlk|SigIgn" /proc/self/status; for fd in /proc/$$/fd/*; do basename $fd; done',
    );
    // The shell has the folder that it lists open for a moment.
    expect(stdout.replace(/^3\n/m, '')).toBe(
      '1\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0\n1\n2\n',
    );
  });

  it('end when the shell does, whatever it left behind', async () => {
    expect((await exec('echo a; (sleep 100; echo late) & echo b')).stdout).toBe('a\nb\n');
  });

  it('run 16 at once, and more in turn', async () => {
    const waiting = Array.from({ length: 16 }, (_, n) =>
      exec(`while [ ! -e /tmp/go${n} ]; do sleep 0.05; done; echo ${n}`),
    );
    const later = exec('ls /tmp/go*');
    await files().write('/tmp/go7', '');
    expect((await waiting[7])?.stdout).toBe('7\n');
    expect((await later).stdout).toBe('/tmp/go7\n');
    for (let n = 0; n < 16; n++) await files().write(`/tmp/go${n}`, '');
    const results = await Promise.all(waiting);
    expect(results.map(({ stdout }) => Number(stdout))).toEqual([...results.keys()]);
  });

  it('take a command of 128 KiB and a large environment, and refuse more', async () => {
    expect((await exec(`#${'x'.repeat(131_000)}\necho ok`)).stdout).toBe('ok\n');
    const env = (count: number, size: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`V${n}`, 'x'.repeat(size)]));
    expect((await exec('echo $V899', { env: env(900, 200) })).stdout.length).toBe(201);
    const tooMany = /the arguments are too long \(E2BIG\)/;
    await expect(exec('true', { env: env(1100, 1) })).rejects.toThrow(tooMany);
    await expect(exec('true', { env: env(4, 100_000) })).rejects.toThrow(tooMany);
    expect((await exec('echo still')).stdout).toBe('still\n');
  });

  it('are killed at their limit, with all that they started', async () => {
    const late = exec('sleep 4321 & sleep 4321', { timeout: 300 });
    await expect(late).rejects.toThrow(VmTimeoutError);
    const left = 'while ps | grep -q "[s]leep 4321"; do sleep 0.05; done';
    expect((await exec(left)).status).toBe(0);
  });
});

describe('streams', () => {
  it('carry bytes unharmed, both ways', async () => {
    const bytes = new Uint8Array(randomBytes(8 * MB));
    const { stdoutBytes } = await exec('cat', { stdin: bytes });
    expect(sha256(stdoutBytes)).toBe(sha256(bytes));
  });

  it('converse', async () => {
    const process = guest.agent.spawn('while read -r x; do echo "got $x"; done; exit 5');
    const writer = process.stdin.getWriter();
    const reader = process.stdout.getReader();
    for (const word of ['a', 'b']) {
      await writer.write(new TextEncoder().encode(`${word}\n`));
      expect(text((await reader.read()).value)).toBe(`got ${word}\n`);
    }
    await writer.close();
    expect(await process.status).toBe(5);
    expect((await reader.read()).done).toBe(true);
  });

  it('that nobody reads hold up nothing else', async () => {
    const process = guest.agent.spawn('yes');
    const reader = process.stdout.getReader();
    await reader.read();
    const others = await Promise.all(
      [1, 2, 3].map(() => exec('head -c 3000000 /dev/zero | tee /dev/stderr | wc -c')),
    );
    expect(others.map(({ stdout }) => stdout)).toEqual(Array(3).fill('3000000\n'));
    process.kill(9);
    while (!(await reader.read()).done);
    expect(await process.status).toBe(137);
  });

  it('of input end when their reader does', async () => {
    const { stdout } = await exec('head -c 5', { stdin: 'y'.repeat(MB) });
    expect(stdout).toBe('yyyyy');
    const process = guest.agent.spawn('exec 0<&-; sleep 1000');
    const writer = process.stdin.getWriter();
    const fill = async () => {
      for (;;) await writer.write(new Uint8Array(MB));
    };
    await expect(fill()).rejects.toThrow(AgentError);
    process.kill();
    expect(await process.status).toBe(143);
  });
});

describe('files', () => {
  const NAME = '/tmp/a b\n"\'$x`ä\\';

  it('are written, told about, read and listed, whatever they are called', async () => {
    const bytes = new Uint8Array(randomBytes(3 * MB));
    await files().write(NAME, bytes, { mode: 0o4711 });
    expect(await files().stat(NAME)).toMatchObject({ type: 'file', size: 3 * MB, mode: 0o4711 });
    expect(sha256(await files().read(NAME))).toBe(sha256(bytes));
    expect(await files().list('/tmp')).toContainEqual({ name: NAME.slice(5), type: 'file' });
    await files().write(NAME, 'short');
    expect(text(await files().read(NAME))).toBe('short');
    expect((await files().stat(NAME)).mode & 0o777).toBe(0o711);
  });

  it('are not said to be written where their mode cannot be set', async () => {
    const before = await descriptors();
    // proc(5) has its own modes.
    const written = files().write('/proc/self/comm', 'x', { mode: 0o600 });
    await expect(written).rejects.toMatchObject({ errno: 'EPERM' });
    expect(await descriptors()).toBe(before);
  });

  it('of 64 MB stream both ways', async () => {
    const piece = new Uint8Array(randomBytes(MB));
    let left = 64;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    });
    await files().write('/tmp/large', source);
    const whole = createHash('sha256');
    let size = 0;
    for await (const bytes of files().readStream('/tmp/large')) {
      whole.update(bytes);
      size += bytes.length;
    }
    expect(size).toBe(64 * MB);
    expect((await exec('sha256sum /tmp/large; rm /tmp/large')).stdout).toContain(
      whole.digest('hex'),
    );
  });

  it('in many are listed', async () => {
    await exec(
      'mkdir /tmp/many; cd /tmp/many; for i in $(seq 5000); do : > "a file called $i"; done',
    );
    const entries = await files().list('/tmp/many');
    expect(new Set(entries.map(({ name }) => name)).size).toBe(5000);
    await exec('rm -r /tmp/many');
  });

  it('that are links are followed or not', async () => {
    expect(await files().readLink('/bin/sh')).toBe('busybox');
    expect(await files().stat('/bin/sh')).toMatchObject({ type: 'file' });
    expect(await files().stat('/bin/sh', { follow: false })).toMatchObject({ type: 'symlink' });
  });

  it('that are links are copied as what they point to, if they are named themselves', async () => {
    await exec('mkdir -p /tmp/links; cd /tmp/links; echo text > file; ln -s file link');
    const copied = async (path: string) => {
      const found = [];
      for await (const { path: name, type, size } of files().copyOut(path)) {
        found.push({ path: name, type, size });
      }
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    };
    expect(await copied('/tmp/links/link')).toEqual([{ path: 'link', type: 'file', size: 5 }]);
    expect(await copied('/tmp/links')).toEqual([
      { path: '.', type: 'directory', size: 0 },
      { path: 'file', type: 'file', size: 5 },
      { path: 'link', type: 'symlink', size: 0 },
    ]);
    await exec('rm -r /tmp/links');
  });

  it('of the kernel are read to their end', async () => {
    expect(text(await files().read('/proc/version'))).toMatch(/^Linux version/);
  });

  it.each([
    ['ENOENT', () => files().read('/none')],
    ['EISDIR', () => files().read('/tmp')],
    ['EISDIR', () => files().write('/tmp', 'x')],
    ['ENOTDIR', () => files().list('/init')],
    ['ENOENT', () => files().stat('/none')],
    ['EINVAL', () => files().readLink('/tmp')],
    ['ENOSPC', () => files().write('/dev/full', 'x')],
    ['ENAMETOOLONG', () => files().read(`/${'x'.repeat(300)}`)],
  ])('that cannot be had say %s', async (errno, attempt) => {
    const failing = attempt();
    await expect(failing).rejects.toThrow(GuestFileError);
    await expect(failing).rejects.toMatchObject({ errno });
  });

  it('in trees are copied in and out', async () => {
    const content = new Uint8Array(randomBytes(300_000));
    const common = { modified: 1_600_000_000_000, size: 0 };
    const tree = [
      { ...common, path: 'd', type: 'directory' as const, mode: 0o750 },
      { ...common, path: 'd/link', type: 'symlink' as const, mode: 0o777, target: '/no where' },
      {
        ...common,
        path: 'd/x',
        type: 'file' as const,
        mode: 0o640,
        size: content.length,
        content: async function* () {
          yield content;
        },
      },
    ];
    await files().copyIn('/tmp/tree/new', tree);
    const found = [];
    let hash = '';
    for await (const entry of files().copyOut('/tmp/tree/new')) {
      const { content: read, ...rest } = entry;
      if (read !== undefined) {
        const sum = createHash('sha256');
        for await (const bytes of read()) sum.update(bytes);
        hash = sum.digest('hex');
      }
      found.push(rest);
    }
    const inner = found.filter(({ path }) => path !== '.');
    expect(inner.sort((a, b) => (a.path < b.path ? -1 : 1))).toMatchObject(
      tree.map(({ path, type, mode }) => ({ path, type, mode })),
    );
    expect(hash).toBe(sha256(content));
    for await (const { path, size } of files().copyOut('/tmp/tree/new/d/x')) {
      expect([path, size]).toEqual(['x', content.length]);
    }
    await expect(files().copyIn('/proc/none', tree)).rejects.toThrow(AgentError);
  });
});

describe('the agent', () => {
  it('keeps no descriptor of what has ended', async () => {
    const before = await descriptors();
    for (let i = 0; i < 20; i++) await exec('true', { stdin: 'x' });
    await files()
      .read('/none')
      .catch(() => {});
    expect(await descriptors()).toBe(before);
  });

  it('is started again when it dies, and what ran is lost', async () => {
    await expect(exec('kill -9 $(pidof agent); sleep 100')).rejects.toThrow(/started anew/);
    expect((await exec('echo again')).stdout).toBe('again\n');
  });

  it.each([
    ['noise', Buffer.alloc(50, 9)],
    ['a giant length', Buffer.from([4, 0, 1, 0, 255, 255, 255, 255])],
    ['a frame without its end', Buffer.from([4, 0, 1, 0, 1, 0, 0, 0, 65, 65])],
    [
      'a host type of no channel',
      Buffer.from([3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5a]),
    ],
  ])('asks to begin anew when it reads %s', async (_, bytes) => {
    const running = exec('sleep 100');
    running.catch(() => {});
    await exec('true');
    guest.inject(bytes);
    await expect(running).rejects.toThrow(/started anew/);
    expect((await exec('echo again')).stdout).toBe('again\n');
  });

  it('goes on with another host end, whatever the one before had half sent', async () => {
    // A new host end numbers its channels from 1.
    await guest.reconnect();
    await exec('rm -f /tmp/done /tmp/input');
    const left = exec('sleep 1; touch /tmp/done');
    const input = guest.agent.spawn('cat > /tmp/input; touch /tmp/ended');
    left.catch(() => {});
    await exec('true');
    // The beginning of a STDIN frame of 1,000 bytes for `cat`.
    guest.inject(Buffer.from([4, 0, 3, 0, 0xe8, 3, 0, 0, 65, 65]));
    await guest.reconnect();
    await expect(left).rejects.toThrow();
    await expect(input.status).rejects.toThrow();
    expect((await exec('echo replaced')).stdout).toBe('replaced\n');
    // What ran goes on, its input ended; nothing of the half frame got there.
    await exec('while [ ! -e /tmp/done ] || [ ! -e /tmp/ended ]; do sleep 0.05; done');
    expect((await files().stat('/tmp/input')).size).toBe(0);
  });
});
