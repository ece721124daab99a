import { expect, it } from 'vitest';
import { newHost, startGuest } from './guest.js';

it.each([
  ['rv64,sv57=off,svadu=off,svnapot=off', 'sv48', /^rv64imafdc_.*_sstc_svpbmt$/],
  [
    'rv64,sv48=off,sv57=off,sstc=off,svpbmt=off,zba=off,zbb=off,zbs=off,zicond=off',
    'sv39',
    /^rv64imafdc_zicntr_zicsr_zifencei/,
  ],
])(
  'Linux boots on %s, with what it has',
  async (cpu, mode, isa) => {
    await using host = await newHost('256M');
    const { vm } = await startGuest(host, { memory: '128M', cpu });
    const { stdout } = await vm.exec('grep -m 1 mmu /proc/cpuinfo; grep -m 1 isa /proc/cpuinfo');
    const [mmu = '', extensions = ''] = stdout
      .split('\n')
      .map((line) => line.replace(/.*:\s*/, ''));
    expect(mmu).toBe(mode);
    expect(extensions).toMatch(isa);
    // The fast path is the common one: not one access in a hundred misses.
    const { tlbMisses, instructions } = await vm.summary();
    const { read, write, fetch } = tlbMisses;
    expect((read + write + fetch) / instructions).toBeLessThan(0.01);
  },
  240_000,
);
