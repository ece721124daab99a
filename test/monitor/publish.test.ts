import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { ConfigurationError } from '../../src/core/errors.js';
import { publishHost } from '../../src/node/door.js';
import { ask, watchProcesses } from '../../src/node/monitor/watch.js';
import type { Host } from '../../src/vm/host.js';
import { elfFile } from '../image-maker.js';
import { newHost } from '../integration/guest.js';

let runtime: string;
beforeEach(async () => {
  runtime = await mkdtemp(join(tmpdir(), 'hartwood-monitor-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(runtime, { recursive: true });
});

const folder = () => join(runtime, 'hartwood');
const sockets = async () => (await readdir(folder())).filter((name) => name.endsWith('.sock'));
const socket = async () => join(folder(), (await sockets())[0] ?? 'none');

const idle = (host: Host, name: string) => {
  const bare = elfFile(assemble('1: wfi; j 1b', { origin: RAM_BASE }).bytes);
  return host.create({ guest: { bare }, memory: '1M', name });
};

describe('a host that is published', () => {
  it('shows its VMs to this user and to nobody else, until it no longer is', async () => {
    await using host = await newHost('32M');
    await using other = await newHost('32M');
    const [vm] = [await idle(host, 'one'), await idle(host, 'two'), await idle(other, 'three')];
    const first = await publishHost(host);
    const second = await publishHost(other);
    expect(await sockets()).toHaveLength(1);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    const [found, ...more] = await watchProcesses();
    expect(more).toEqual([]);
    expect(found?.pid).toBe(process.pid);
    const names = () => found?.hosts.map(({ vms }) => vms.map(({ name }) => name));
    expect(names()).toEqual([['one', 'two'], ['three']]);
    expect(found?.hosts[0]?.memory).toEqual(host.memory());
    const { dirtyPages, ...figures } = vm.figures();
    expect(found?.hosts[0]?.vms[0]).toMatchObject(figures);
    expect(dirtyPages).toBe(0);

    await first[Symbol.asyncDispose]();
    const [left] = await watchProcesses();
    expect(left?.hosts.map(({ vms }) => vms.map(({ name }) => name))).toEqual([['three']]);
    await second[Symbol.asyncDispose]();
    expect(await sockets()).toEqual([]);
    expect(await watchProcesses()).toEqual([]);
  });

  it('answers a broken request with what is wrong, and the next one all the same', async () => {
    await using host = await newHost('32M');
    await using _shown = await publishHost(host);
    const connection = createConnection(await socket());
    const requests = [
      'no JSON',
      'null',
      '7',
      '{"do":"__proto__"}',
      '{"do":"fly"}',
      '{"do":"figures"}',
    ];
    connection.end(`${requests.join('\n')}\n`);
    const answers = (await text(connection)).trimEnd().split('\n');
    const errors = answers.map((line) => (JSON.parse(line) as { error?: string }).error);
    expect(errors).toEqual([
      'a request is a line of JSON, as {"do":"figures"}',
      'the request is unknown; it has "do", which is one of: figures',
      'the request is unknown; it has "do", which is one of: figures',
      'the request \'__proto__\' is unknown; it has "do", which is one of: figures',
      'the request \'fly\' is unknown; it has "do", which is one of: figures',
      undefined,
    ]);
  });

  it('takes no endless request, and stays', async () => {
    await using host = await newHost('32M');
    await using _shown = await publishHost(host);
    const path = await socket();
    const endless = createConnection(path);
    // It is cut off while it sends.
    endless.on('error', () => {});
    endless.write('x'.repeat(100_000));
    expect(await text(endless)).toBe('{"error":"a line has 65536 bytes at most"}\n');
    expect(JSON.parse(await ask(path, { do: 'figures' }))).toMatchObject({ pid: process.pid });
  });

  it('serves several at once, one that leaves in the midst, and one that reads nothing', async () => {
    await using host = await newHost('64M');
    for (let i = 0; i < 50; i++) await idle(host, `vm ${i}`);
    await using _shown = await publishHost(host);
    const path = await socket();
    const lazy = createConnection(path);
    lazy.write('{"do":"figures"}\n'.repeat(3000));
    const hasty = createConnection(path);
    hasty.write('{"do":"figures"}\n{"do":"fig', () => hasty.destroy());
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(path, { do: 'figures' })),
    );
    for (const answer of answers) {
      const { hosts } = JSON.parse(answer) as { hosts: { vms: object[] }[] };
      expect(hosts[0]?.vms).toHaveLength(50);
    }
    lazy.destroy();
  });
});

describe('sockets', () => {
  it('that an ended process has left are cleaned away', async () => {
    // Like one that was killed: nothing has deleted its socket.
    const script = `const { createServer } = require('node:net');
      createServer().listen(process.argv[1] + '/' + process.pid + '.sock', () => {
        console.log('listening'); process.kill(process.pid, 'SIGKILL'); });`;
    await mkdir(folder(), { mode: 0o700 });
    const child = spawn(process.execPath, ['-e', script, folder()]);
    const ended = new Promise((resolve) => child.on('close', resolve));
    await ended;
    expect(await sockets()).toEqual([`${child.pid}.sock`]);
    await using host = await newHost('32M');
    await using _shown = await publishHost(host);
    expect(await watchProcesses()).toHaveLength(1);
    expect(await sockets()).toHaveLength(1);
    expect(await sockets()).not.toContain(`${child.pid}.sock`);
  });

  it('that an earlier process of this number has left are taken over', async () => {
    await mkdir(folder(), { mode: 0o700 });
    await using host = await newHost('32M');
    const first = await publishHost(host);
    const path = await socket();
    await first[Symbol.asyncDispose]();
    const stale = createServer();
    await new Promise<void>((resolve) => stale.listen(path, resolve));
    await using _shown = await publishHost(host);
    expect(JSON.parse(await ask(path, { do: 'figures' }))).toMatchObject({ pid: process.pid });
    stale.close();
  });

  it('of processes that answer nonsense are left out', async () => {
    await mkdir(folder(), { mode: 0o700 });
    const liar = createServer((client) => {
      client.resume().end('{"pid":1,"time":0,"hosts":[{"vms":[{}]}]}\n');
    });
    const path = join(folder(), `${process.ppid}.sock`);
    await new Promise<void>((resolve) => liar.listen(path, resolve));
    expect(await watchProcesses()).toEqual([]);
    await new Promise((resolve) => liar.close(resolve));
  });

  it('are in no folder that others may enter', async () => {
    await using host = await newHost('32M');
    await mkdir(folder(), { mode: 0o700 });
    await chmod(folder(), 0o750);
    await expect(publishHost(host)).rejects.toThrow(ConfigurationError);
    await expect(watchProcesses()).rejects.toThrow(/nobody else may enter \(chmod 700\)/);
    await rm(folder(), { recursive: true });
    await mkdir(join(runtime, 'elsewhere'), { mode: 0o700 });
    await symlink(join(runtime, 'elsewhere'), folder());
    await expect(publishHost(host)).rejects.toThrow(/must be a folder of this user/);
    // And once that is mended it works.
    await rm(folder());
    await using _shown = await publishHost(host);
    expect(await sockets()).toHaveLength(1);
  });
});
