import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseElf } from '../../src/machine/elf.js';
import { nodePlatform } from '../../src/node/platform.js';
import { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { buildType1, type Row, rowOf } from './type1.js';

/** Where the worker keeps its numbers, and where it believes its UART. */
const NUMBERS = 0x3f_c000_0000n;
const UART = 0x1000_0000n;

let folder = '';
let bare: Uint8Array = new Uint8Array();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-type1-'));
  bare = await readFile(await buildType1(folder, { ends: 'hang', decode: 'htinst' }));
});
afterAll(() => rm(folder, { recursive: true }));

const machine = (host: Host): Promise<Vm> =>
  host.create({ guest: { bare }, cpu: 'rv64,h=on', memory: '16M', clock: 'virtual' });

it('counts the exits of its guests as the hypervisor counts them itself', async () => {
  await using host = await Host.createOn(nodePlatform, { memory: '64M' });
  const vm = await machine(host);
  const output = new Response(vm.console.output).text();
  await vm.start();
  await vm.wait();
  const text = await output;
  const sum = (column: Exclude<keyof Row, 'ended'>) =>
    rowOf(text, 'worker')[column] + rowOf(text, 'rogue')[column];
  const { guestExits } = await vm.summary();
  const { fetchFaults, loadFaults, storeFaults, ...others } = guestExits;
  expect(others).toEqual({
    ecalls: sum('sbi'),
    instructions: sum('wait') + sum('instruction'),
    interrupts: sum('timer'),
    others: 0,
  });
  expect(fetchFaults).toBe(1);
  expect(fetchFaults + loadFaults + storeFaults).toBe(sum('device') + sum('fault'));
});

it("shows the worker's tables below the hypervisor's, entry by entry", async () => {
  await using host = await Host.createOn(nodePlatform, { memory: '64M' });
  const vm = await machine(host);
  const functions = new Map(parseElf(bare).functions.map(({ name, address }) => [name, address]));
  await vm.debugger.pause();
  await vm.start();
  await vm.debugger.setBreakpoint(functions.get('console_guest_byte') ?? 0n);
  do await nextBreakpoint(vm);
  while (((await vm.debugger.readRegister(0, 'hgatp')) >> 44n) % 16n !== 1n);

  const options = { access: 'write', regime: 'virtualSupervisor' } as const;
  const numbers = await vm.debugger.walk(0, NUMBERS, options);
  expect(numbers.entries.map(({ stage, level }) => `${stage} ${level}`)).toEqual([
    ...[2, 1, 0].flatMap((level) => ['guest 2', 'guest 1', 'guest 0', `first ${level}`]),
    ...['guest 2', 'guest 1', 'guest 0'],
  ]);
  expect(numbers.guestPhysical).toBe(0x8010_0000n);
  if (numbers.outcome.kind !== 'translated') throw new Error(numbers.outcome.fault);
  // The sieve: 4 and 6 are no primes.
  expect(vm.ram.readU64(numbers.outcome.physical)).toBe(0x0100_0100_0101_0101n);
  const uart = await vm.debugger.walk(0, UART, options);
  expect(uart.entries).toHaveLength(5);
  expect(uart.outcome).toMatchObject({ kind: 'fault', cause: 23, guestPhysical: UART });
});

function nextBreakpoint(vm: Vm): Promise<void> {
  return new Promise((resolve, reject) => {
    const unsubscribe = vm.debugger.onStop(({ kind }) => {
      if (kind !== 'breakpoint') return;
      unsubscribe();
      resolve();
    });
    vm.debugger.resume().catch(reject);
  });
}
