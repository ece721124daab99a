import { expect, it } from 'vitest';
import { DebugError } from '../../src/core/errors.js';
import { regionJson, regionListing } from '../../src/debug/region-listing.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import { Client } from './client.js';
import { LOOPING } from './looping.js';
import { startProgram, symbol } from './program.js';

const LOOP = symbol(LOOPING, 'loop');
const ofText = (text: string) => Buffer.from(text).toString('hex');

/** A VM that went round its loop, and stands. */
async function looping() {
  const started = await startProgram(LOOPING, { clock: 'virtual' });
  await started.vm.runTo(100_000n);
  return started;
}

it('shows what the loop that runs becomes, and leaves the machine as it was', async () => {
  await using started = await looping();
  const { vm } = started;
  const { counts } = vm;
  const { translation } = await vm.summary();
  const region = await vm.debugger.region(0, LOOP);
  expect(vm.counts).toEqual(counts);
  expect((await vm.summary()).translation).toEqual(translation);
  expect(() => new WebAssembly.Module(region.module)).not.toThrow();
  expect(region).toMatchObject({ hart: 0, address: LOOP });
  const texts = region.parts.flatMap(({ instruction }) => instruction?.text ?? []);
  const never = `0x${symbol(LOOPING, 'never').toString(16)}`;
  expect(texts).toEqual([
    'addi t0,t0,1',
    `blt t0,zero,${never}`,
    'sd t0,0(s0)',
    `jal zero,0x${LOOP.toString(16)}`,
  ]);
  const [, addition] = region.parts;
  expect(addition?.instruction?.address).toBe(LOOP);
  expect(addition?.wasm.at(-1)?.trim()).toBe(
    '(local.set $x5 (i64.add (local.get $x5) (i64.const 1)))',
  );
});

it('follows what was not executed where it is asked to', async () => {
  await using started = await looping();
  const { vm } = started;
  const eager = await vm.debugger.region(0, LOOP, { eager: true });
  const texts = eager.parts.flatMap(({ instruction }) => instruction?.text ?? []);
  expect(texts).toContain('xor t0,t0,t0');
});

it.each<[what: string, place: bigint, eager: boolean, line: RegExp]>([
  ['code that was not executed', symbol(LOOPING, 'never'), false, /was not executed yet/],
  ['an instruction that is interpreted', symbol(LOOPING, 'fault'), true, /is always interpreted/],
  ['an address without RAM', 0x1000n, true, /no RAM is mapped there/],
  ['memory that is empty', 0x8010_0000n, true, /nothing was ever written to it/],
  ['an odd address', LOOP + 1n, true, /no instruction begins at the odd address 0x8\d*9$/],
])('there is no region at %s', async (_, place, eager, line) => {
  await using started = await looping();
  const region = started.vm.debugger.region(0, place, { eager });
  await expect(region).rejects.toThrow(DebugError);
  await expect(region).rejects.toThrow(line);
});

it('shows what the hart may not execute in its mode, such as a kernel below a process', async () => {
  await using started = await looping();
  const { debugger: target, ram } = started.vm;
  const before = await target.region(0, LOOP);
  // Sv39, a gigapage that is not the user's (Privileged 4.4.1).
  const root = 0x8010_0000n;
  ram.writeU64(root + 16n, ((0x8000_0000n >> 12n) << 10n) | 0xcfn);
  // All of memory may be used below M-mode (Privileged 3.7.1).
  await target.writeRegister(0, 'pmpaddr0', 0x3f_ffff_ffff_ffffn);
  await target.writeRegister(0, 'pmpcfg0', 0x1fn);
  await target.writeRegister(0, 'satp', (8n << 60n) | (root >> 12n));
  await target.writeRegister(0, 'priv', 0n);
  expect((await target.walk(0, LOOP, { access: 'fetch' })).outcome).toMatchObject({ cause: 12 });
  expect(await target.region(0, LOOP)).toEqual(before);
});

it('a client asks the monitor', async () => {
  await using started = await looping();
  const { vm } = started;
  await using server = await GdbServer.listen(vm, 0);
  const client = await Client.connect(server.port);
  const ask = async (command: string) => {
    client.send(`qRcmd,${ofText(command)}`);
    let text = '';
    for (let packet = await client.packet(); ; packet = await client.packet()) {
      if (packet === 'OK') return text;
      text += Buffer.from(packet.replace(/^O/, ''), 'hex').toString();
      if (!packet.startsWith('O')) return text;
    }
  };
  const region = await vm.debugger.region(0, LOOP);
  expect(await ask('region loop')).toBe(regionListing(region));
  expect(await ask('region loop --json --hart 0')).toBe(regionJson(region));
  expect(await ask('region fault --eager')).toMatch(/^error: there is no region at 0x8.*\n$/);
  expect(await ask('region')).toMatch(/^error: region needs an address/);
  expect(await ask('region 0 1')).toBe(
    "error: region has no use for '1'; right would be an address, --eager, --hart N, --json\n",
  );
  expect(await ask('region 0 --hart 7')).toBe(
    'error: the VM has no hart 7; right would be 0 to 0\n',
  );
  expect(await ask('help')).toContain('monitor region ADDRESS');
  await client.close();
});
