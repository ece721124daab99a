import { describe, expect, it } from 'vitest';
import { hostWith, type Story, tellStory, transcribe } from './linux.js';

/** Guest time: so much of a boot is looked at. */
const SECONDS = 4;

describe.each([
  ['one hart', { memory: '128M', cpus: 1, seed: 3 }],
  ['four harts', { memory: '192M', cpus: 4, seed: 4 }],
])('under a virtual clock, Linux with %s', (_, spec) => {
  let plain: Story | undefined;

  const once = async (habits = {}) => {
    await using host = await hostWith('256M', habits);
    return tellStory(host, spec, SECONDS);
  };

  it('repeats: console bytes, steps and memory', async () => {
    plain = await once();
    expect(plain.console).toContain('Linux version');
    expect(plain.steps).toBeGreaterThan(SECONDS * 99_000_000);
    expect(await once()).toEqual(plain);
  });

  it.each([
    ['the host’s budgets and delays', { unsteady: true }],
    ['a core instance that is replaced again and again', { rebindEvery: 7 }],
    ['frames above 2 GiB', { high: true }],
  ])('does not notice %s', async (_, habits) => {
    expect(plain).toBeDefined();
    expect(await once(habits)).toEqual(plain);
  });

  it('takes another course with another seed', async () => {
    await using host = await hostWith('256M');
    const other = await tellStory(host, { ...spec, seed: 99 }, SECONDS);
    expect(other.memory).not.toBe(plain?.memory);
  });
});

it('two Linuxes, interleaved on one host, are each as alone', async () => {
  const specs = [
    { memory: '128M', cpus: 1, seed: 1 },
    { memory: '160M', cpus: 2, seed: 2 },
  ];
  const alone: Story[] = [];
  for (const spec of specs) {
    await using host = await hostWith('256M');
    alone.push(await tellStory(host, spec, SECONDS));
  }
  await using host = await hostWith('512M', { unsteady: true });
  const together = await Promise.all(specs.map((spec) => tellStory(host, spec, SECONDS)));
  expect(together).toEqual(alone);
  // The VMs are gone, and so is all they had.
  expect(host.memory().used).toBe(4096);
});

it('a whole boot with commands repeats, above 2 GiB and with fresh core instances', async () => {
  const whole = async (habits = {}) => {
    await using host = await hostWith('512M', habits);
    await using vm = await host.create({ guest: 'debian', clock: 'virtual', seed: 5 });
    const transcript = transcribe(vm);
    await vm.start();
    const results = await Promise.all([
      vm.exec('cat /proc/uptime; date; head -c 16 /dev/urandom | md5sum'),
      vm.exec('sleep 2; cat /proc/sys/kernel/random/uuid; cut -d" " -f1 /proc/stat'),
    ]);
    await vm.exec('poweroff -f & sleep 1').catch(() => {});
    const stop = await vm.wait({ timeout: 60_000 });
    await transcript.ended;
    const { steps, instructions } = await vm.summary();
    const outputs = results.map(({ stdout }) => stdout);
    return { outputs, stop, steps, instructions, console: transcript.text() };
  };
  const plain = await whole();
  expect(plain.stop.kind).toBe('poweroff');
  expect(plain.outputs[0]).toMatch(/^\d+\.\d+ /);
  expect(await whole({ high: true, rebindEvery: 11, unsteady: true })).toEqual(plain);
}, 180_000);
