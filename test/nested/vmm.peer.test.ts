/**
 * Builds the VMM of examples/kvm and runs its payloads in a guest: Linux's KVM between them and our machine.
 * It needs Debian's cross compiler: `npm run test:peers`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecResult, Vm } from '../../src/index.js';
import type { Host } from '../../src/vm/host.js';
import { newHost, startGuest } from '../integration/guest.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/kvm', import.meta.url));

let host: Host;
let vm: Vm;

beforeAll(async () => {
  const build = await mkdtemp(join(tmpdir(), 'hartwood-vmm-'));
  try {
    await promisify(execFile)('make', ['-C', EXAMPLE, `BUILD=${build}`]);
    host = await newHost('320M');
    ({ vm } = await startGuest(host, { cpu: 'rv64,h=on', cpus: 2, memory: '256M' }));
    for (const name of await readdir(build)) {
      if (name.endsWith('.elf')) continue;
      await vm.files.write(`/root/${name}`, await readFile(join(build, name)), { mode: 0o755 });
    }
  } finally {
    await rm(build, { recursive: true });
  }
});

afterAll(() => host?.[Symbol.asyncDispose]());

/** How often each thing happened that stands under `title` in what the VMM printed last. */
function counted({ stderr }: ExecResult, title: string): Record<string, number> {
  const [, list = ''] = new RegExp(`^${title}:\n((?: +.* \\d+\n)*)`, 'm').exec(stderr) ?? [];
  const rows = [...list.matchAll(/^ +(.*?) +(\d+)$/gm)];
  return Object.fromEntries(rows.map(([, name, count]) => [name, Number(count)]));
}

it('a payload in VS-mode says hello, maps its memory, sleeps and shuts down', async () => {
  const before = vm.counts.harts;
  const result = await vm.exec('./vmm hello.bin');
  expect(result.stdout).toMatch(
    /^hello by SBI from hart 0\nhello by MMIO\npaging: Sv39 is on\nmemory: the sum over 128 pages is 691008\ntimer: asked for 10000 us, came after [1-9]\d{4,} us\nran for \d+ us\n$/,
  );
  expect(result.status).toBe(0);
  const exits = counted(result, 'exits to this program');
  // For each byte of a line of 14, the UART's line status and its data; for the other lines 13 calls.
  expect(exits).toEqual({ MMIO: 28, SBI: 13, 'system event': 1 });
  const kvm = counted(result, 'counted by KVM');
  expect(kvm).toMatchObject({ ecall_exit_stat: 13, mmio_exit_user: 28 });
  expect(kvm.wfi_exit_stat).toBeGreaterThanOrEqual(1);

  // The machine has seen the same, and what KVM answers by itself: probing and shutting down; first touches.
  const { harts } = vm.counts;
  const since = (name: keyof typeof harts) => harts[name] - before[name];
  expect(since('guestEcalls')).toBeGreaterThanOrEqual(15);
  expect(since('guestStoreFaults')).toBeGreaterThanOrEqual(14 + 128);
  expect(since('guestLoadFaults')).toBeGreaterThanOrEqual(14);
  expect(since('guestFetchFaults')).toBeGreaterThanOrEqual(1);
  expect(since('guestInstructions')).toBeGreaterThanOrEqual(1);
});

it('a payload tells its status to the power switch', async () => {
  const result = await vm.exec('./vmm status.bin');
  expect([result.status, result.stdout]).toEqual([7, '']);
  expect(counted(result, 'exits to this program')).toEqual({ MMIO: 1 });
});

it.each([
  ['nowhere.bin', /^vmm: KVM cannot run the payload on: .*\n +pc 0{8}20000000 /],
  ['device.bin', /^vmm: a store of 4 bytes at 0x30000004 reaches no device\n +pc 0{8}80000008 /],
])('%s ends with its registers', async (payload, message) => {
  const { status, stderr } = await vm.exec(`./vmm ${payload}`);
  expect(stderr).toMatch(message);
  expect(status).toBe(4);
});

it('a payload that traps for ever is stopped, and its host lives on', async () => {
  const before = vm.counts.harts;
  const { status, stderr } = await vm.exec('./vmm --timeout 1 endless.bin');
  expect(stderr).toMatch(/^vmm: the payload did not end in time\n +pc 0{8}80001000 /);
  // An instruction page fault in its own handler.
  expect(stderr).toMatch(/scause 0{15}c +stval 0{8}80001000/);
  expect(status).toBe(124);
  const { exceptions, guestInterrupts } = vm.counts.harts;
  expect(exceptions).toBeGreaterThan(before.exceptions + 10_000);
  // Its faults are its own; what takes the hart from it is the host's timer.
  expect(guestInterrupts).toBeGreaterThan(before.guestInterrupts);
  expect((await vm.exec('./vmm hello.bin > /dev/null 2>&1')).status).toBe(0);
});

it('payloads run side by side on two harts, each in a memory of its own', async () => {
  const endless = vm.exec('./vmm --timeout 3 endless.bin');
  const hellos = [1, 2, 3].map(() => vm.exec('./vmm hello.bin'));
  for (const hello of hellos) {
    const { status, stdout } = await hello;
    expect(stdout).toContain('memory: the sum over 128 pages is 691008\n');
    expect(status).toBe(0);
  }
  expect((await endless).status).toBe(124);
});

it('tells how it is used', async () => {
  const { status, stdout } = await vm.exec('./vmm --help');
  expect(stdout).toMatch(/^usage: vmm .*\n/);
  expect(status).toBe(0);
});

it.each([
  ['', 'vmm: one payload is needed, not 0; see vmm --help\n'],
  ['--memory 1 hello.bin', "vmm: --memory takes a number from 2 to 1024, not '1'\n"],
  ['nothing', 'vmm: cannot open payload nothing: No such file or directory\n'],
])('wrong usage is named: vmm %s', async (args, message) => {
  expect(await vm.exec(`./vmm ${args}`)).toMatchObject({ status: 2, stderr: message });
});
