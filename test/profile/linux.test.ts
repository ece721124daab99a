import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CSR_NUMBERS } from '../../isa/csrs.js';
import { HartRegister, RAM_BASE } from '../../src/core/abi.js';
import { physicalAddress } from '../../src/core/address-space.js';
import { readKallsyms } from '../../src/profile/linux/kallsyms.js';
import type { Profile } from '../../src/profile/profile.js';
import { startProfile } from '../../src/profile/start.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import type { Vm } from '../../src/vm/vm.js';
import { newHost } from '../integration/guest.js';
import { total } from './programs.js';

const MEMORY = 112 * 2 ** 20;
const LISTED = 200;
const COMMAND = `head -c 300000 /dev/vda | md5sum; head -n ${LISTED} /proc/kallsyms`;
const SUPERVISOR = 1;
const SATP = CSR_NUMBERS.get('satp') ?? 0;

interface Story {
  readonly output: string;
  readonly steps: number;
  readonly guestSeconds: number;
  readonly memory: string;
}

/** Boots and runs a command. */
async function tell(vm: Vm): Promise<Story> {
  await vm.start();
  const { stdout } = await vm.exec(COMMAND);
  await vm.stop();
  const { steps, guestSeconds } = await vm.summary();
  const memory = createHash('sha256').update(vm.ram.read(RAM_BASE, MEMORY)).digest('hex');
  return { output: stdout, steps, guestSeconds, memory };
}

/** Addresses as the core translates them and as a profiler does. */
function translations(vm: Vm, addresses: readonly bigint[]): [core: bigint, profiler: bigint][] {
  const { core, machine } = vm.inside;
  // As the kernel: the hart may be in user space.
  core.exports.hartSetRegister(machine.handle, 0, HartRegister.Privilege, BigInt(SUPERVISOR));
  const satp = BigInt.asUintN(64, core.exports.hartCsr(machine.handle, 0, SATP));
  return addresses.map((address) => [
    BigInt.asUintN(64, core.exports.hartTranslate(machine.handle, 0, address)),
    BigInt.asUintN(
      64,
      physicalAddress(machine.ram, { privilege: SUPERVISOR, root: satp }, address) ?? -1n,
    ),
  ]);
}

function checkSums({ functions, processes, harts, mix, samples, exits, modes }: Profile): void {
  expect(functions.reduce((sum, row) => sum + row.samples, 0)).toBe(samples);
  expect(processes.reduce((sum, row) => sum + row.samples, 0)).toBe(samples);
  expect(total(mix)).toBeCloseTo(1, 9);
  expect(total(modes)).toBeCloseTo(1, 9);
  expect(harts).toHaveLength(2);
  expect(harts.every(({ share }) => share > 0)).toBe(true);
  expect(Math.min(...Object.values(exits))).toBeGreaterThanOrEqual(0);
}

describe('a profile of Linux', () => {
  it('names functions and processes, and changes nothing under a virtual clock', async () => {
    const spec = { guest: 'debian', memory: MEMORY, cpus: 2, clock: 'virtual', seed: 3n } as const;
    await using host = await newHost('256M');
    const newDisk = () => new MemoryDisk(1 << 20);
    const plain = await host.create({ ...spec, drives: [newDisk()] });
    const story = await tell(plain);
    await plain[Symbol.asyncDispose]();

    const vm = await host.create({ ...spec, drives: [newDisk()] });
    const profiler = await startProfile(vm);
    expect(await tell(vm)).toEqual(story);
    const profile = profiler.finish();
    expect(story.output).toMatch(/^[0-9a-f]{32} {2}-\n/);
    expect(profile.steps).toBe(story.steps);

    checkSums(profile);
    expect(profile.symbols).toBe('kallsyms');
    const kernel = profile.functions.filter(({ mode }) => mode === 'S').slice(0, 20);
    expect(kernel).toHaveLength(20);
    for (const { name } of kernel) expect(name).toMatch(/^[A-Za-z_][\w.]*$|^\[kernel modules\]$/);
    // Known to take long in a boot.
    expect(kernel.map(({ name }) => name)).toContain('__memset');
    const users = profile.functions.filter(({ mode }) => mode === 'U');
    expect(users.map(({ name }) => name)).toContain('[process md5sum]');
    expect(profile.processes.map(({ name }) => name)).toContain('swapper/0');
    expect(profile.modes.M).toBe(0);
    expect(profile.mix.none).toBeLessThan(0.01);
    expect(profile.tlb.reads.hitRate).toBeGreaterThan(0.95);
    const { devices, phases, seconds } = profile.host;
    expect(devices.map(({ slot, type }) => [slot, type])).toEqual([
      [0, 2],
      [5, 1],
      [6, 4],
      [7, 3],
    ]);
    expect(devices[0]?.calls).toBeGreaterThan(2);
    expect(devices[0]?.secondsToAnswer).toBeGreaterThanOrEqual(devices[0]?.seconds ?? 1);
    expect(total(phases)).toBeCloseTo(seconds, 6);
    expect(Math.max(...Object.values(phases))).toBe(phases.core);

    // The kernel's own list, as it shows it and as it was found in RAM.
    const found = readKallsyms(vm.ram);
    const named = new Set(
      found?.functions.map(({ name, address }) => `${address.toString(16)} ${name}`),
    );
    const listed = story.output.split('\n').slice(1, -1);
    const code = listed.filter((line) => / [tTwW] /.test(line));
    expect(listed).toHaveLength(LISTED);
    expect(code.length).toBeGreaterThan(LISTED / 2);
    expect(code.filter((line) => !named.has(line.replace(/ . /, ' ')))).toEqual([]);

    const wanted = ['_text', '_etext', 'init_task', 'schedule', '__bss_stop'];
    const places = [
      ...wanted.map((name) => found?.addresses.get(name) ?? 0n),
      0n,
      0x1000n,
      1n << 62n,
    ];
    for (const [byCore, byProfiler] of translations(vm, places)) expect(byProfiler).toBe(byCore);
  });
});
