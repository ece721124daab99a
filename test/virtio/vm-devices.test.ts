/** Devices in the life of a VM: that it ends, never begins, waits for them, or is debugged meanwhile. */
import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import type { VirtioDevice } from '../../src/machine/virtio/device.js';
import { OFF } from '../core/program-parts.js';
import { startProgram } from '../debug/program.js';
import { newHost } from '../integration/guest.js';
import { PLAIN } from './device.js';
import { TestDisk } from './test-disk.js';

const bare = (source: string) => assemble(source, { origin: 0x8000_0000n });

function device(close: () => Promise<void>): VirtioDevice {
  return { ...PLAIN, activate() {}, notify() {}, reset() {}, close };
}

it('all devices are closed, also if one fails at it', async () => {
  let closed = false;
  const failing = device(async () => {
    throw new Error('it cannot be closed');
  });
  const slow = device(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    closed = true;
  });
  await using program = await startProgram(bare(OFF), { devices: [failing, slow] });
  const stop = await program.vm.stopped;
  expect(stop.kind).toBe('internal');
  expect(stop.error?.message).toContain('it cannot be closed');
  expect(closed).toBe(true);
});

it('a device of a VM that never started is closed with it', async () => {
  let closed = 0;
  const devices = [device(async () => void closed++)];
  await using host = await newHost('64M');
  const vm = await host.create({ guest: { bare: toElf(bare(OFF)) }, memory: '16M', devices });
  await vm[Symbol.asyncDispose]();
  expect(closed).toBe(1);
});

it('a debugger that asks while devices finish is told that the VM has ended', async () => {
  const disk = new TestDisk(1 << 20);
  disk.holding = true;
  await using program = await startProgram(bare(OFF), { drives: [disk] });
  const { vm } = program;
  await expect.poll(() => disk.waiting).toEqual(['flush 0+0']);
  const step = vm.debugger.step(0);
  await vm.debugger.pause();
  await expect(step).rejects.toThrow(/the VM ended/);
  disk.held[0]?.end();
  expect((await vm.stopped).kind).toBe('poweroff');
});

it('a step that was not begun before the VM went on, or stopped, says so', async () => {
  await using program = await startProgram(bare('j .'), { paused: true });
  const { vm } = program;
  await vm.debugger.pause();
  const step = vm.debugger.step(0);
  const resumed = vm.debugger.resume();
  // Either it was done first, or it was not; what it never is, is an error without words.
  const told = await step.then(
    () => 'done',
    (error: unknown) => String(error),
  );
  expect(told).toMatch(/^done$|before the step began/);
  await resumed;
  await vm.stop();
});

it('an idle guest costs nothing while a back end owes it an answer', async () => {
  let answer = () => {};
  const slow: VirtioDevice = {
    ...device(async () => {}),
    notify: () => new Promise((resolve) => (answer = resolve)),
  };
  const SETUP = [
    ...['0x70:1', '0x70:3', '0x24:1', '0x20:1', '0x70:11', '0x30:0', '0x38:16'],
    ...['0x80:0x80010000', '0x90:0x80011000', '0xa0:0x80012000', '0x44:1', '0x70:15', '0x50:0'],
  ].map((pair) => pair.split(':'));
  const program = bare(`
    li s0, 0x10001000
    ${SETUP.map(([register, value]) => `li t0, ${value}\n sw t0, ${register}(s0)`).join('\n ')}
    1: wfi
    j 1b`);
  await using started = await startProgram(program, { devices: [slow] });
  const { vm } = started;
  await expect.poll(async () => (await vm.summary()).exits.doorbell).toBeGreaterThan(0);
  const before = (await vm.summary()).exits.idle;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await vm.summary()).exits.idle - before).toBeLessThan(5);
  answer();
  await vm.stop();
});
