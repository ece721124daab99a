/** Linux, forked and restored: other machines, with disks of their own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySnapshots } from '../../src/node/snapshots/open.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { TestDisk } from '../virtio/test-disk.js';
import { newHost, startGuest } from './guest.js';

let host: Host;
let vm: Vm;
const disk = new MemoryDisk(8 << 20);
/** Its second drive, whose answers are held back at will. */
const held = new TestDisk(1 << 20);
const store = memorySnapshots();

beforeAll(async () => {
  host = await newHost('1G');
  ({ vm } = await startGuest(host, { drives: [disk, held] }));
  await vm.ready();
});
afterAll(() => host[Symbol.asyncDispose]());

const said = async (who: Vm, command: string) => {
  const { stdout, status } = await who.exec(command);
  expect(status).toBe(0);
  return stdout.trim();
};
const WHO = 'cat /proc/sys/kernel/random/uuid; hostname; cat /sys/class/net/eth0/address';
const writeDisk = (who: Vm, at: number, text: string) =>
  said(who, `printf '%-512s' '${text}' | dd of=/dev/vda bs=512 seek=${at} conv=fsync 2>/dev/null`);
const readDisk = (who: Vm, at: number) =>
  said(who, `dd if=/dev/vda bs=512 skip=${at} count=1 iflag=direct 2>/dev/null | tr -d '\\0'`);

describe('twins', () => {
  let twins: Vm[];

  beforeAll(async () => {
    await writeDisk(vm, 3, 'before');
    await said(vm, 'echo kept > /tmp/file');
    twins = await vm.fork(5);
  });
  afterAll(() => Promise.all(twins.map((twin) => twin[Symbol.asyncDispose]())));

  it('are other machines, and so is none of them their parent', async () => {
    const all = await Promise.all([vm, ...twins].map((twin) => said(twin, WHO)));
    for (const line of [0, 1, 2]) {
      expect(new Set(all.map((text) => text.split('\n')[line])).size).toBe(6);
    }
    expect(all.map((text) => text.split('\n')[1])).toEqual(
      ['hartwood'].concat(twins.map(({ identity }) => identity.hostName)),
    );
  });

  it('have what their parent had, and change it for themselves', async () => {
    await Promise.all(twins.map((twin, n) => said(twin, `echo ${n} >> /tmp/file`)));
    const files = await Promise.all([vm, ...twins].map((twin) => said(twin, 'cat /tmp/file')));
    expect(files).toEqual(['kept', ...twins.map((_, n) => `kept\n${n}`)]);
  });

  it('write to disks of their own, and their parent to its own', async () => {
    const [first, second] = twins as [Vm, Vm];
    await writeDisk(first, 3, 'first');
    await writeDisk(vm, 3, 'parent');
    await writeDisk(vm, 2000, 'parent later');
    expect(await readDisk(first, 3)).toBe('first');
    expect(await readDisk(second, 3)).toBe('before');
    expect(await readDisk(second, 2000)).toBe('');
    expect(await readDisk(vm, 3)).toBe('parent');
    const bytes = new Uint8Array(512);
    await disk.read(3 * 512, bytes);
    expect(new TextDecoder().decode(bytes).trim()).toBe('parent');
  });

  it('have twins, which outlive them', async () => {
    const [first] = twins.splice(0, 1) as [Vm];
    const [child] = (await first.fork(1)) as [Vm];
    const [grandchild] = (await child.fork(1)) as [Vm];
    await Promise.all([first, child].map((gone) => gone[Symbol.asyncDispose]()));
    expect(await readDisk(grandchild, 3)).toBe('first');
    expect(await said(grandchild, 'cat /tmp/file; hostname')).toBe(
      `kept\n0\n${grandchild.identity.hostName}`,
    );
    await grandchild[Symbol.asyncDispose]();
  });
});

describe('copies of a guest whose disk is busy', () => {
  it('are refused when its requests do not end in time, and it goes on', async () => {
    held.holding = true;
    const reading = said(vm, 'dd if=/dev/vdb of=/dev/null bs=4096 count=1 iflag=direct 2>&1');
    await expect.poll(() => held.waiting.length).toBeGreaterThan(0);
    const busy = { code: 'snapshot-busy' };
    const { used } = host.memory();
    await expect(vm.fork(1, { timeout: 50 })).rejects.toMatchObject(busy);
    await expect(vm.snapshot({ store, timeout: 50 })).rejects.toMatchObject(busy);
    expect(host.memory().used).toBe(used);
    const forking = vm.fork(1);
    held.holding = false;
    for (const { end } of held.held) end();
    expect(await reading).toContain('1+0 records in');
    await Promise.all((await forking).map((twin) => twin[Symbol.asyncDispose]()));
  });

  it('are taken between its requests, several at once', async () => {
    const command =
      'i=0; while [ $i -lt 150 ]; do printf %08d $i; i=$((i+1)); done | dd of=/dev/vda bs=512 seek=100 oflag=direct conv=sync 2>&1';
    const writing = Promise.all(Array.from({ length: 4 }, () => said(vm, command)));
    for (let round = 0; round < 2; round++) {
      const [twins, info] = await Promise.all([
        vm.fork(2, { identity: false }),
        vm.snapshot({ store }),
      ]);
      expect(info.pages).toBeGreaterThan(1000);
      for (const twin of twins) await twin[Symbol.asyncDispose]();
    }
    for (const text of await writing) expect(text).toContain('records out');
    expect(await readDisk(vm, 100)).toMatch(/^00000000/);
  });
});

describe('snapshots', () => {
  it('hold disks and memory, whole and by what changed, while the guest goes on', async () => {
    const store = memorySnapshots();
    await writeDisk(vm, 5, 'one');
    await said(vm, 'echo one > /tmp/state');
    const [one] = await Promise.all([
      vm.snapshot({ store }),
      said(vm, 'dd if=/dev/zero of=/tmp/zeros bs=1M count=8 2>/dev/null; rm /tmp/zeros'),
    ]);
    await writeDisk(vm, 6, 'two');
    await said(vm, 'echo two > /tmp/state');
    const two = await vm.snapshot({ store, parent: one });
    expect(two.newPages).toBeLessThan(one.newPages / 2);
    await writeDisk(vm, 5, 'three');
    const used = host.memory().used;
    for (const lazy of [true, false]) {
      const [first, second] = [
        await host.restore(store, one.id, { lazy }),
        await host.restore(store, two.id, { lazy }),
      ];
      expect(await said(first, 'cat /tmp/state')).toBe('one');
      expect(await said(second, 'cat /tmp/state')).toBe('two');
      expect([await readDisk(first, 5), await readDisk(first, 6)]).toEqual(['one', '']);
      expect([await readDisk(second, 5), await readDisk(second, 6)]).toEqual(['one', 'two']);
      await writeDisk(first, 6, 'mine');
      // What was restored is snapshotted and forked as anything is, and its disk outlives it.
      const again = await first.snapshot({ store, parent: one });
      const [twin] = (await first.fork(1)) as [Vm];
      await first[Symbol.asyncDispose]();
      expect([await readDisk(twin, 5), await readDisk(twin, 6)]).toEqual(['one', 'mine']);
      await twin[Symbol.asyncDispose]();
      const third = await host.restore(store, again.id, { lazy });
      expect([await readDisk(third, 5), await readDisk(third, 6)]).toEqual(['one', 'mine']);
      await Promise.all([second, third].map((gone) => gone[Symbol.asyncDispose]()));
    }
    expect(await readDisk(vm, 5)).toBe('three');
    expect(host.memory().used).toBeLessThan(used + (16 << 20));
  });

  it('bring a guest back that then reboots, after its parent is gone', async () => {
    const { id } = await vm.snapshot({ store });
    const restored = await host.restore(store, id);
    const [twin] = (await restored.fork(1)) as [Vm];
    await restored[Symbol.asyncDispose]();
    await twin.exec('reboot -f').catch(() => {});
    await twin.ready();
    expect(await said(twin, 'cat /sys/class/net/eth0/address')).toBe(twin.identity.mac);
    await twin[Symbol.asyncDispose]();
  });
});
