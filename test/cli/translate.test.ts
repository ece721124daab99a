import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkFigure } from '../../src/debug/walk-figure.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import { SV57 } from '../core/page-tables.js';
import { Client } from '../debug/client.js';
import { COUNTING, startProgram, symbol } from '../debug/program.js';
import { ADDRESS, type TwoStages, twoStages } from '../debug/two-stages.js';
import { hartwood } from './hartwood.js';

const HEX = `0x${ADDRESS.toString(16)}`;

let stages: TwoStages;
let server: GdbServer;
let port: string;
beforeAll(async () => {
  stages = await twoStages(SV57);
  server = await GdbServer.listen(stages.vm, 0);
  port = String(server.port);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await stages[Symbol.asyncDispose]();
});
const translate = (...args: string[]) => hartwood(['translate', '--gdb', port, ...args]);

describe('hartwood translate', () => {
  it('draws the walk, and leaves a machine standing that stood', async () => {
    const run = await translate(HEX);
    expect(run.stderr).toBe('');
    expect(run).toMatchObject({
      status: 0,
      stdout: walkFigure(await stages.vm.debugger.walk(0, ADDRESS)),
    });
    expect(run.stdout).toContain('35 entries read');
    expect(stages.vm.debugger.paused).toBe(true);
  });

  it('prints one line of JSON, longer than a packet of GDB', async () => {
    const run = await translate(HEX, '--json', '--access', 'fetch', '--regime', 'VU');
    const { entries, outcome, ...rest } = JSON.parse(run.stdout);
    expect(run.stdout.length).toBeGreaterThan(8192);
    expect(run.stdout.split('\n')).toHaveLength(2);
    expect(rest).toMatchObject({ hart: 0, address: HEX, access: 'fetch', regime: 'virtualUser' });
    expect(entries).toHaveLength(35);
    expect(outcome).toEqual({ kind: 'translated', physical: expect.stringMatching(/^0x80/) });
  });

  it('takes registers, and names of symbols', async () => {
    await stages.set({ sp: ADDRESS });
    const asked = (await translate('sp')).stdout;
    expect(asked).toContain(`hart 0 reads ${HEX.replace('0x', '0x000000')} in VU-mode\n`);
    const folder = await mkdtemp(join(tmpdir(), 'hartwood-translate-'));
    try {
      const map = join(folder, 'System.map');
      await writeFile(map, `${(ADDRESS - 0x14n).toString(16)} T there\n`);
      expect((await translate('there+0x14', '--symbols', map)).stdout).toBe(asked);
      expect((await translate('there+20', '--symbols', map)).stdout).toBe(asked);
      expect((await translate('here+20', '--symbols', map)).stderr).toBe(
        "hartwood: the symbols have no 'here'\n",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('leaves a machine running that ran, and looks at the hart that is asked for', async () => {
    await using started = await startProgram(COUNTING, { cpus: 2 });
    await using other = await GdbServer.listen(started.vm, 0);
    const place = `127.0.0.1:${other.port}`;
    const word = symbol(COUNTING, 'counter').toString(16);
    const run = await hartwood(['translate', '--gdb', place, word, '--hart', '1']);
    expect(run.stdout).toBe(
      `hart 1 reads 0x${word.padStart(16, '0')} in M-mode\n\n` +
        `0x${word.padStart(16, '0')} is physical 0x${word}: nothing is translated\n`,
    );
    expect(started.vm.debugger.paused).toBe(false);
    const { steps } = started.vm.counts;
    while (started.vm.counts.steps === steps) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const wrong = await hartwood(['translate', '--gdb', place, '0', '--hart', '2']);
    expect(wrong).toMatchObject({
      status: 2,
      stderr: 'hartwood: the machine has no hart 2; right would be 0 to 1\n',
    });
    const lacking = await hartwood(['translate', '--gdb', place, '0', '--regime', 'VS']);
    expect(lacking).toMatchObject({
      status: 2,
      stderr:
        "hartwood: the harts have no regime 'virtualSupervisor'; right would be a CPU model with h=on\n",
    });
  });
});

describe('what cannot be translated is told in one line', () => {
  it.each<[args: string, line: RegExp]>([
    ['nowhere', /'nowhere' is no address; right would be up to 16 hexadecimal digits/],
    ['0 --hart one', /--hart 'one' is no number/],
    ['0 --regime X', /'X' is invalid.*VS/],
    ['0 --symbols /nowhere', /symbols '\/nowhere' cannot be read/],
    ['0 --gdb none', /--gdb 'none' is no place; right would be PORT or HOST:PORT/],
    ['0 --gdb 65536', /--gdb '65536' is no place/],
  ])('%s', async (args, line) => {
    const run = await translate(...args.split(' '));
    expect(run.stderr).toMatch(line);
    expect(run.stderr.split('\n')).toHaveLength(2);
    expect(run.stdout).toBe('');
    expect(run.status).toBe(args.includes('symbols') ? 3 : 2);
  });

  it('no place at all', async () => {
    expect(await hartwood(['translate', '0'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("required option '--gdb <port>' not specified"),
    });
  });

  it('nobody there', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const free = (closed.address() as AddressInfo).port;
    closed.close();
    await once(closed, 'close');
    const run = await hartwood(['translate', '--gdb', String(free), '0', '--json']);
    expect(run.status).toBe(2);
    expect(JSON.parse(run.stderr)).toEqual({
      error: {
        code: 'configuration',
        message: `no virtual machine at 127.0.0.1:${free}: nobody listens there; 'hartwood run --gdb PORT' serves one`,
        status: 2,
      },
    });
  });

  it.each<[who: string, serve: (socket: Socket) => void, line: RegExp]>([
    [
      'another GDB server',
      (socket) => socket.on('data', () => socket.write('+$PacketSize=1000#f1')),
      /its server is not that of hartwood run --gdb/,
    ],
    [
      'a server of something else',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /it ended the connection/,
    ],
  ])('%s', async (_, serve, line) => {
    const stranger = createServer((socket) => {
      socket.on('error', () => {});
      serve(socket);
    });
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port: place } = stranger.address() as AddressInfo;
    const run = await hartwood(['translate', '--gdb', String(place), '0']);
    stranger.close();
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(line);
  });

  it('a machine that another debugger is connected to', async () => {
    const client = await Client.connect(server.port);
    await client.ask('?');
    const run = await translate(HEX);
    await client.close();
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toBe(
      `hartwood: the machine at 127.0.0.1:${server.port} cannot be asked: another debugger is ` +
        "connected; 'monitor translate' asks it from there\n",
    );
  });
});
