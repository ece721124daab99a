import { describe, expect, it } from 'vitest';
import { Host } from '../../src/node/door.js';
import { transcribe } from './linux.js';

/** Milliseconds for a boot on a busy machine. */
const BOOT = 240_000;

describe('Linux boots', () => {
  it.each([
    [1, '112M', 'rv64'],
    [2, '256M', 'rv64,sv57=off,svadu=off,svnapot=off'],
    [8, '2G', 'rv64'],
    [1, '256M', 'rv64,sv48=off,sv57=off,sstc=off,svpbmt=off,zba=off,zbb=off,zbs=off,zicond=off'],
  ])(
    'with %i harts and %s on %s',
    async (cpus, memory, cpu) => {
      await using host = await Host.create({ memory: '2200M' });
      await using vm = await host.create({ guest: 'debian', cpus, memory, cpu });
      const transcript = transcribe(vm);
      await vm.start();
      const { stdout } = await vm.exec(
        'nproc; grep MemTotal /proc/meminfo; grep mmu /proc/cpuinfo',
      );
      const [harts, total = '', mmu = ''] = stdout.split('\n');
      expect(Number(harts)).toBe(cpus);
      const bytes = Number(/\d+/.exec(total)?.[0]) * 1024;
      const ram = Number.parseInt(memory, 10) * (memory.endsWith('G') ? 2 ** 30 : 2 ** 20);
      // The kernel keeps its own image, the initramfs and its page descriptors.
      expect(bytes).toBeGreaterThan(ram - (100 << 20));
      expect(bytes).toBeLessThan(ram);
      const mode = cpu.includes('sv48=off') ? 'sv39' : cpu.includes('sv57=off') ? 'sv48' : 'sv57';
      expect(mmu).toContain(mode);
      expect(transcript.text()).toContain('Linux version');
      await vm.stop();
      const summary = await vm.summary();
      expect(summary.secondsToPrompt).toBeGreaterThan(0);
      // The fast path is the common one: not one access in a hundred misses.
      const { read, write, fetch } = summary.tlbMisses;
      expect((read + write + fetch) / summary.instructions).toBeLessThan(0.01);
    },
    BOOT,
  );

  it(
    'again after a reboot, and powers off',
    async () => {
      await using host = await Host.create({ memory: '300M' });
      await using vm = await host.create({ guest: 'debian', memory: '128M' });
      const transcript = transcribe(vm);
      await vm.start();
      await vm.exec('echo kept > /root/note');
      await expect(vm.exec('reboot -f')).rejects.toThrow('reboot');
      expect((await vm.exec('cat /root/note')).status).toBe(1);
      expect(transcript.text().split('Linux version').length).toBe(3);
      void vm.exec('poweroff').catch(() => {});
      expect(await vm.wait()).toEqual({ kind: 'poweroff', code: 0 });
      await transcript.ended;
    },
    BOOT,
  );
});
