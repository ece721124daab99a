/** Linux in HS-mode, under the core's SBI and under Debian's OpenSBI; what each makes of `h`. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../../src/vm/host.js';
import type { VmSpec } from '../../src/vm/spec.js';
import { firmwareImages } from './firmware-images.js';
import { newHost, type Printing, startGuest } from './guest.js';

let host: Host;
afterEach(() => host[Symbol.asyncDispose]());

async function start(spec: Partial<VmSpec>): Promise<Printing> {
  host = await newHost('300M');
  return startGuest(host, { memory: '256M', cpu: 'rv64,h=on', ...spec });
}

/** The letters of each hart's ISA string, as the kernel tells them. */
async function letters(guest: Printing): Promise<string[]> {
  const { stdout } = await guest.vm.exec('grep "^isa" /proc/cpuinfo');
  return [...stdout.matchAll(/rv64([a-z]+)/g)].map(([, names]) => names ?? '');
}

describe('Linux on harts with H', () => {
  it.each([1, 2])('boots without firmware and knows h: %i harts', async (cpus) => {
    const guest = await start({ cpus });
    expect(await letters(guest)).toEqual(Array.from({ length: cpus }, () => 'imafdch'));
    expect(guest.log()).toMatch(/SBI implementation ID=0x4857/);
  });

  it('boots by OpenSBI, which finds h and starts it in HS-mode: 2 harts', async () => {
    const { fwDynamic } = await firmwareImages();
    const guest = await start({ cpus: 2, guest: { firmware: fwDynamic, kernel: 'debian' } });
    expect(await letters(guest)).toEqual(['imafdch', 'imafdch']);
    expect(guest.text()).toMatch(/Boot HART Base ISA +: rv64imafdch\r?\n/);
    expect(guest.text()).toMatch(/Domain0 Next Mode +: S-mode\r?\n/);
    // What it delegates: page faults of both stages, virtual instructions, ecalls from VS-mode.
    const [, medeleg = ''] = /Boot HART MEDELEG +: 0x([0-9a-f]+)\r?\n/.exec(guest.text()) ?? [];
    const delegated = Number.parseInt(medeleg, 16);
    for (const cause of [10, 20, 21, 22, 23]) expect((delegated >> cause) & 1).toBe(1);
  });
});
