import { expect, it } from 'vitest';
import { walkFigure } from '../../src/debug/walk-figure.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import { Client } from './client.js';
import { COUNTING, startProgram, symbol } from './program.js';

const ofText = (text: string) => Buffer.from(text).toString('hex');
const WORK = symbol(COUNTING, 'work');

it('a client asks the monitor', async () => {
  await using started = await startProgram(COUNTING, { cpus: 2 });
  const { vm } = started;
  await using server = await GdbServer.listen(vm, 0);
  const client = await Client.connect(server.port);
  expect(await client.ask('?')).toBe('T02thread:1;');
  const ask = async (command: string) =>
    Buffer.from(await client.ask(`qRcmd,${ofText(command)}`), 'hex').toString();
  expect(await ask('info')).toMatch(/^hart 0: runs, M-mode, pc 0x8.*\nhart 1: .*\n$/);
  expect(await ask('translate 0x80001234')).toBe(
    walkFigure(await vm.debugger.walk(0, 0x8000_1234n)),
  );
  expect(await ask('translate work')).toBe(walkFigure(await vm.debugger.walk(0, WORK)));
  expect(await ask('translate there')).toMatch(/^error: 'there' is no address; .*\n$/);
  expect(await ask('translate')).toMatch(/^error: translate needs an address/);
  expect(await ask('translate 0 1')).toBe(
    "error: translate has no use for '1'; right would be an address, " +
      '--access read|write|fetch, --regime MODE, --hart N, --json\n',
  );
  const second = await ask('translate 0x80001234 --hart 1');
  expect(second).toBe(walkFigure(await vm.debugger.walk(1, 0x8000_1234n)));
  expect(second).toMatch(/^hart 1 reads/);
  expect(await ask('translate pc --hart 7')).toBe(
    'error: the VM has no hart 7; right would be 0 to 1\n',
  );
  expect(await ask('translate 0 --hart x')).toMatch(/^error: 'x' is no number of a hart/);
  expect(await ask('translate 0 --hart')).toMatch(/^error: '' is no number of a hart/);
  expect(await ask('translate 0 --access jump')).toMatch(/^error: .*read, write, fetch\n$/);
  expect(await ask('translate 0 --regime X')).toMatch(/^error: .*VU, HS\n$/);
  expect(await ask('what')).toContain('monitor info');
  await client.close();
});
