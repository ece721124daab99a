/**
 * Debian's QEMU boots Debian's kernel inside of a guest, by KVM: `npm run test:nested`. "L1" is the guest,
 * "L2" the one inside of it.
 */
import { expect, it } from 'vitest';
import type { Vm } from '../../../src/vm/vm.js';
import { hartwood } from '../../cli/hartwood.js';
import { firstVirtualStep } from './first-step.js';
import { guestsFolder, newHost, PROMPT, Session, startNested } from './machine.js';

it('L2 boots to a shell that runs commands, and costs little more than a boot of L1', async () => {
  await using host = await newHost('1060M');
  await using vm = await startNested(host);
  const first = firstVirtualStep(vm);
  const session = new Session(vm);
  const log = await session.prompt();
  const whole = Number(vm.counts.instructions - (await first));
  // Privileged software above KVM finds its implementation of the SBI, which is number 3.
  expect(log).toContain('SBI implementation ID=0x3');
  expect(log).toContain('Machine model: riscv-virtio,qemu');
  expect(log).toContain('Memory: ');

  expect(await session.run('uname -n; echo $((6 * 7))')).toMatch(/hartwood\r\n42\r\n/);
  expect(await session.run('wc -c < /sys/class/virtio-ports/vport0p0/name')).toMatch(/\b21\r\n/);
  // What L2 believes to be its processor offers all that L1's does but to run guests.
  expect(await session.run('grep -m 1 isa /proc/cpuinfo')).toMatch(/: rv64imafdc_\w+_sstc/);
  const { harts } = vm.counts;
  for (const what of ['guestEcalls', 'guestStoreFaults', 'guestLoadFaults'] as const) {
    expect(harts[what], what).toBeGreaterThan(0);
  }

  expect(await busyFor(vm, 2)).toBeLessThan(0.1);

  await session.type('exit');
  expect(await session.end()).toMatchObject({ status: 0 });
  // L1 has its memory back, and nothing is left that would keep it from idling.
  const { stdout } = await vm.exec('uname -n; cat /proc/sys/vm/nr_hugepages');
  expect(stdout).toBe('nested\n0\n');
  expect(await busyFor(vm, 2)).toBeLessThan(0.1);

  const own = await instructionsToPrompt();
  console.log(`L2: ${whole / 1e6} million instructions, ${(whole / own).toFixed(3)} of L1's boot`);
  expect(whole / own).toBeLessThan(1.6);
});

/** Which part of so many seconds of virtual time the machine computes, with nothing to do. */
async function busyFor(vm: Vm, seconds: number): Promise<number> {
  const before = vm.counts.steps;
  await vm.exec(`sleep ${seconds}`);
  // Each step is a nanosecond.
  return Number(vm.counts.steps - before) / 1e9 / seconds;
}

/** Instructions of the default guest's boot, with the processor and the memory that L2 has. */
async function instructionsToPrompt(): Promise<number> {
  await using host = await newHost('300M');
  const spec = { memory: '256M', clock: 'virtual' } as const;
  await using vm = await host.create({ guest: 'debian', ...spec });
  await vm.start();
  // Virtual time passes in a machine that idles only while somebody waits for something of it.
  const ready = vm.ready();
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of vm.console.output) {
    text += decoder.decode(bytes, { stream: true });
    if (!text.includes(PROMPT)) continue;
    await ready;
    return Number(vm.counts.instructions);
  }
  throw new Error(`the guest ended: ${text.slice(-500)}`);
}

it('L2 has two harts on an L1 that has two', async () => {
  await using host = await newHost('1060M');
  await using vm = await startNested(host, { cpus: 2 });
  const session = new Session(vm, '--cpus 2 --memory 128');
  expect(await session.prompt()).toContain('smp: Brought up 1 node, 2 CPUs');
  expect(await session.run('grep -c ^processor /proc/cpuinfo')).toMatch(/\b2\r\n/);
  const busy = 'for i in 1 2; do md5sum /bin/busybox & done; wait';
  const sums = (await session.run(busy)).match(/^[0-9a-f]{32} /gm) ?? [];
  expect(sums.length).toBe(2);
  expect(sums[0]).toBe(sums[1]);
});

it('l2 gives memory back when it is ended from outside', async () => {
  await using host = await newHost('1060M');
  await using vm = await startNested(host);
  const { stdout } = await vm.exec(`pool=/proc/sys/vm/nr_hugepages
    setsid l2 --memory 128 < /dev/null > out 2>&1 & l2=$!
    until grep -q Linux out; do sleep 0.1; done; cat $pool
    kill -TERM -$l2; wait $l2; echo $?; cat $pool`);
  expect(stdout).toBe('64\n143\n0\n');
});

it('run --nested has all of it behind one option, and input may be a pipe', async () => {
  const env = { HARTWOOD_GUESTS: guestsFolder() };
  const command = "echo 'uname -n; exit' | l2 --memory 128 --append quiet";
  const args = ['run', '--nested', '--temporary', '--exec', command];
  const { status, stdout, stderr } = await hartwood(args, { env });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/\r\nhartwood\r\n/);
});
