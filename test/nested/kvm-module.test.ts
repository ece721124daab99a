import { expect, it } from 'vitest';
import { newHost, startGuest } from '../integration/guest.js';

it('KVM is loaded on a processor with the hypervisor extension', async () => {
  await using host = await newHost('320M');
  const { vm, log } = await startGuest(host, { cpu: 'rv64,h=on', memory: '256M' });
  const { stdout } = await vm.exec(
    'ls -l /dev/kvm; grep -c ^kvm /proc/modules; lsmod | grep -c ext4',
  );
  expect(stdout).toMatch(/^crw.* 10, 232 .*\/dev\/kvm\n1\n0\n$/);
  expect(log()).toMatch(/kvm \[\d+\]: hypervisor extension available\r\n/);
  expect(log()).toMatch(/kvm \[\d+\]: using Sv57x4 G-stage page table format\r\n/);
});

it('nobody hears of KVM on another', async () => {
  await using host = await newHost('320M');
  const { vm, text, log } = await startGuest(host, { memory: '256M' });
  const { stdout } = await vm.exec('ls /dev/kvm /lib/modules/*/kvm.ko 2> /dev/null | wc -l');
  expect(stdout).toBe('0\n');
  expect(text() + log()).not.toMatch(/kvm/i);
});
