import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GdbServer } from '../../src/node/gdb-server.js';
import type { Vm } from '../../src/vm/vm.js';
import { randomNumbers } from '../core/random.js';
import { Client } from './client.js';
import { COUNTING, startProgram, symbol } from './program.js';

const hex = (value: bigint | number) => value.toString(16);
const littleEndian = (value: bigint) =>
  Buffer.from(new BigUint64Array([BigInt.asUintN(64, value)]).buffer).toString('hex');
const ofText = (text: string) => Buffer.from(text).toString('hex');
const COUNTER = symbol(COUNTING, 'counter');
const WORK = symbol(COUNTING, 'work');

let started: { readonly vm: Vm } & AsyncDisposable;
let vm: Vm;
let server: GdbServer;
let client: Client;

beforeEach(async () => {
  started = await startProgram(COUNTING, { cpus: 2 });
  vm = started.vm;
  server = await GdbServer.listen(vm, 0);
  client = await Client.connect(server.port);
  expect(await client.ask('?')).toBe('T02thread:1;');
});
afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
  await started[Symbol.asyncDispose]();
});

/** Resolves when the guest has taken another step. */
async function runsAgain(): Promise<void> {
  const before = (await vm.summary()).instructions;
  while ((await vm.summary()).instructions === before) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a client', () => {
  it('stops the VM by connecting, and lets it go by leaving', async () => {
    expect(vm.debugger.paused).toBe(true);
    await client.ask(`Z0,${hex(WORK)},4`);
    await client.close();
    await runsAgain();
    expect(vm.debugger.paused).toBe(false);
  });

  it('learns what is understood', async () => {
    const features = (await client.ask('qSupported:swbreak+;hwbreak+;xmlRegisters=i386')).split(
      ';',
    );
    expect(features).toContain('PacketSize=4000');
    expect(features).toContain('vContSupported+');
    expect(features).toContain('qXfer:features:read+');
    expect(await client.ask('vCont?')).toBe('vCont;c;C;s;S;t');
    expect(await client.ask('vMustReplyEmpty')).toBe('');
    expect(await client.ask('qAttached')).toBe('1');
    expect(await client.ask('!')).toBe('');
  });

  it('reads the registers’ description in pieces', async () => {
    let xml = '';
    for (;;) {
      const part = await client.ask(`qXfer:features:read:target.xml:${hex(xml.length)},300`);
      xml += part.slice(1);
      if (part[0] === 'l') break;
      expect(part[0]).toBe('m');
    }
    expect(xml).toContain('<architecture>riscv:rv64</architecture>');
    for (const name of ['cpu', 'fpu', 'csr', 'virtual']) {
      expect(xml).toContain(`org.gnu.gdb.riscv.${name}`);
    }
    expect(await client.ask('qXfer:features:read:other.xml:0,300')).toBe('E00');
    expect(await client.ask('qXfer:auxv:read::0,300')).toBe('');
  });

  it('knows the harts as threads', async () => {
    expect(await client.ask('qfThreadInfo')).toBe('m1,2');
    expect(await client.ask('qsThreadInfo')).toBe('l');
    expect(await client.ask('qThreadExtraInfo,2')).toBe(ofText('hart 1, runs, M-mode'));
    expect(await client.ask('T2')).toBe('OK');
    expect(await client.ask('T3')).toBe('E01');
    expect(await client.ask('Hg2')).toBe('OK');
    expect(await client.ask('qC')).toBe('QC2');
    // a0 is the hart's number.
    expect(await client.ask('pa')).toBe(littleEndian(1n));
    expect(await client.ask('Hg3')).toBe('E01');
    expect(await client.ask('Hc-1')).toBe('OK');
    expect(await client.ask('Hg0')).toBe('OK');
    expect(await client.ask('qC')).toBe('QC2');
  });

  it('reads and writes registers', async () => {
    expect(await client.ask(`P5=${littleEndian(0x1234n)}`)).toBe('OK');
    expect(await client.ask('p5')).toBe(littleEndian(0x1234n));
    expect(await client.ask(`P20=${littleEndian(WORK)}`)).toBe('OK');
    const all = await client.ask('g');
    expect(all).toHaveLength(33 * 16);
    expect(all.slice(5 * 16, 6 * 16)).toBe(littleEndian(0x1234n));
    expect(all.slice(32 * 16)).toBe(littleEndian(WORK));
    expect(await client.ask(`G${all}`)).toBe('OK');
    expect(await client.ask('g')).toBe(all);
    // f0, fcsr (four bytes), mscratch, priv (one byte)
    expect(await client.ask(`P21=${littleEndian(77n)}`)).toBe('OK');
    expect(await client.ask('p21')).toBe(littleEndian(77n));
    expect(await client.ask(`p${hex(65 + 3)}`)).toBe('00000000');
    expect(await client.ask(`P${hex(65 + 0x340)}=${littleEndian(99n)}`)).toBe('OK');
    expect(await client.ask(`p${hex(65 + 0x340)}`)).toBe(littleEndian(99n));
    expect(await client.ask(`p${hex(65 + 0x1000)}`)).toBe('03');
    expect(await client.ask(`P${hex(65 + 0x1000)}=02`)).toBe('E01');
    // mhartid is read-only; there is no such register; no value.
    expect(await client.ask(`P${hex(65 + 0xf14)}=${littleEndian(5n)}`)).toBe('E01');
    expect(await client.ask('pffff')).toBe('E16');
    expect(await client.ask('P5=xyz')).toBe('E16');
    expect(await client.ask('G0011')).toBe('E16');
  });

  it('reads and writes memory, and devices not at all', async () => {
    const text = symbol(COUNTING, 'text');
    expect(await client.ask(`m${hex(text)},4`)).toBe(ofText('seen'));
    expect(await client.ask(`M${hex(text)},4:${ofText('SEEN')}`)).toBe('OK');
    expect(await client.ask(`X${hex(text + 5n)},2:#}`)).toBe('OK');
    expect(await client.ask(`m${hex(text)},8`)).toBe(ofText('SEEN #} '));
    // What reaches beyond RAM is read as far as it goes; RAM ends at 16M.
    expect(await client.ask('m80fffffc,10')).toBe('00000000');
    expect(await client.ask('m10000000,1')).toBe('E0e');
    expect(await client.ask('M10000000,1:41')).toBe('E01');
    expect(await client.ask('M80fffffc,8:0000000000000001')).toBe('E01');
    expect(await client.ask('m80fffffc,4')).toBe('00000000');
    expect(await client.ask(`m${hex(text)},ffffffff`)).toHaveLength(0x4000);
    for (const wrong of ['m', 'm80000000', 'mxyz,4', 'M80000000,2:41', 'M80000000,1:4', 'm1,2,3']) {
      expect(await client.ask(wrong)).toBe('E16');
    }
  });

  it('stops at breakpoints, steps, and goes on', async () => {
    await client.ask('qSupported:hwbreak+');
    expect(await client.ask(`Z0,${hex(WORK)},4`)).toBe('OK');
    expect(await client.ask(`Z1,${hex(WORK)},4`)).toBe('OK');
    const first = await client.ask('vCont;c');
    expect(first).toMatch(/^T05thread:[12];swbreak:;$/);
    const thread = first[10];
    expect(await client.ask('p20')).toBe(littleEndian(WORK));
    expect(await client.ask(`vCont;s:${thread};c`)).toBe(`T05thread:${thread};`);
    expect(await client.ask('p20')).toBe(littleEndian(WORK + 4n));
    expect(await client.ask('s')).toBe(`T05thread:${thread};`);
    expect(await client.ask('?')).toBe(`T05thread:${thread};`);
    // The other type is still set.
    expect(await client.ask(`z0,${hex(WORK)},4`)).toBe('OK');
    expect(await client.ask(`vCont;c:${thread}`)).toBe(`T05thread:${thread};hwbreak:;`);
    expect(await client.ask(`z1,${hex(WORK)},4`)).toBe('OK');
    client.send('c');
    await runsAgain();
    client.raw('\x03');
    expect(await client.packet()).toBe('T02thread:1;');
    expect(await client.ask('vCont;s:7')).toBe('E01');
  });

  it('stops before watched accesses', async () => {
    await client.ask('vCont;s:1');
    const stop = `watch:${hex(COUNTER)};`;
    expect(await client.ask(`Z2,${hex(COUNTER)},8`)).toBe('OK');
    expect(await client.ask('vCont;c:1')).toBe(`T05thread:1;${stop}`);
    expect(await client.ask('p20')).toBe(littleEndian(WORK + 8n));
    expect(await client.ask(`z2,${hex(COUNTER)},8`)).toBe('OK');
    expect(await client.ask(`Z3,${hex(COUNTER)},8`)).toBe('OK');
    expect(await client.ask('vCont;c:1')).toBe(`T05thread:1;r${stop}`);
    expect(await client.ask(`z3,${hex(COUNTER)},8`)).toBe('OK');
    expect(await client.ask(`Z4,${hex(COUNTER)},8`)).toBe('OK');
    expect(await client.ask('vCont;c:1')).toBe(`T05thread:1;a${stop}`);
    expect(await client.ask(`Z4,${hex(COUNTER)},0`)).toBe('E01');
    expect(await client.ask(`Z7,${hex(COUNTER)},8`)).toBe('');
    expect(await client.ask('Zx,1,1')).toBe('E16');
  });

  it('is told when it asks for too many breakpoints', async () => {
    for (let n = 0; n < 64; n++)
      expect(await client.ask(`Z0,${hex(0x9000_0000 + n * 4)},4`)).toBe('OK');
    expect(await client.ask('Z0,a0000000,4')).toBe('E01');
  });

  it('may ask for no acknowledgements', async () => {
    expect(client.acks).toBe(1);
    expect(await client.ask('QStartNoAckMode')).toBe('OK');
    expect(await client.ask('qC')).toBe('QC1');
    expect(client.acks).toBe(2);
  });

  it('gets the last packet again if it was damaged, and says so itself', async () => {
    expect(await client.ask('qC')).toBe('QC1');
    client.raw('-');
    expect(await client.packet()).toBe('QC1');
    client.raw('$qC#00');
    await client.until(() => client.naks === 1);
  });

  it('is alone: another is refused', async () => {
    const other = await Client.connect(server.port);
    expect(await other.packet()).toMatch(/^E\.another debugger/);
    await other.until(() => other.ended);
    expect(await client.ask('qC')).toBe('QC1');
    await client.close();
    await runsAgain();
    client = await Client.connect(server.port);
    expect(await client.ask('qC')).toBe('QC1');
  });

  it('gets all answers, however late it reads them', async () => {
    const ROUNDS = 300;
    client.socket.pause();
    for (let n = 0; n < ROUNDS; n++) client.send(`m${hex(COUNTER)},2000`);
    client.socket.resume();
    for (let n = 0; n < ROUNDS; n++) expect(await client.packet()).toHaveLength(0x4000);
  });

  it('detaches, and the VM goes on', async () => {
    await client.ask(`Z0,${hex(WORK)},4`);
    expect(await client.ask('D')).toBe('OK');
    await client.until(() => client.ended);
    await runsAgain();
  });

  it.each(['k', 'vKill;1'])('ends the VM with %s', async (packet) => {
    client.send(packet);
    expect(await vm.stopped).toEqual({ kind: 'host', code: 0 });
  });

  it('is told when the VM ends while it waits', async () => {
    client.send('c');
    await runsAgain();
    await vm.stop();
    expect(await client.packet()).toBe('W00');
    expect(await client.ask('?')).toBe('W00');
    expect(await client.ask('vCont;c')).toBe('W00');
  });
});

it('a client that sends garbage harms nothing', async () => {
  const seed = 20_260_728;
  const random = randomNumbers(seed);
  const letters = '?gGpPmMXZzHTcsCSDvqQ!k+-$#}*:;,=0123456789abcdefx\x03\x00\xff';
  const starts = [
    'vCont;',
    'qXfer:features:read:',
    'qRcmd,',
    'X80000000,',
    'Z2,',
    'M',
    'qThreadExtraInfo,',
  ];
  for (let round = 0; round < 2000; round++) {
    let text = random(2) === 0 ? '' : (starts[random(starts.length)] ?? '');
    for (let n = random(40); n > 0; n--) text += letters[random(letters.length)];
    // Death by `k` and goodbye by `D` are what they ask for.
    if (/^(k|D|vKill)/.test(text) || /\$(k|D)/.test(text)) continue;
    if (random(3) === 0) client.raw(text);
    else client.send(text);
  }
  // It is served to its end: Ctrl-C stops a VM that runs, and the packet behind it is answered last.
  client.raw('#00\x03');
  client.send('qRcmd,00');
  while (!(await client.packet()).startsWith(ofText('commands'))) expect(client.ended).toBe(false);
  expect(vm.debugger.paused).toBe(true);
  await client.close();
  await runsAgain();
  client = await Client.connect(server.port);
  expect(await client.ask('qfThreadInfo'), `seed ${seed}`).toBe('m1,2');
  expect((await vm.summary()).stop).toBeNull();
});

it('a port that is in use is told', async () => {
  await expect(GdbServer.listen(vm, server.port)).rejects.toThrow(
    `GDB cannot be served on port ${server.port}: it is in use`,
  );
});
