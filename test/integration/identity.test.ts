/** What makes a forked or restored Linux another machine than it was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { VmTimeoutError } from '../../src/index.js';
import type { Host } from '../../src/vm/host.js';
import { applyIdentity, newIdentity } from '../../src/vm/identity.js';
import { newHost, type Printing, startGuest } from './guest.js';

let host: Host;

beforeAll(async () => {
  host = await newHost('1G');
});
afterAll(() => host[Symbol.asyncDispose]());

const RESEEDED = 'random: crng reseeded due to virtual machine fork';

describe('a Linux that becomes another machine', () => {
  let guest: Printing;
  const exec = async (command: string) => (await guest.vm.exec(command)).stdout;

  beforeAll(async () => {
    guest = await startGuest(host);
    await guest.vm.ready();
  });
  afterAll(() => guest.vm[Symbol.asyncDispose]());

  it('begins with a card of its own address, whose link is down', async () => {
    const { identity } = guest.vm;
    expect(await exec('cat /sys/class/net/eth0/address')).toBe(`${identity.mac}\n`);
    expect(await exec('ip link set eth0 up; cat /sys/class/net/eth0/carrier')).toBe('0\n');
    expect(await exec('hostname')).toBe('hartwood\n');
    const { devices, network } = await guest.vm.summary();
    expect(devices[0]).toMatchObject({ slot: 5, type: 1, failures: 0 });
    expect(network.framesDropped).toBe(0);
    expect(await exec('dmesg')).not.toContain(RESEEDED);
  });

  it('draws its random numbers anew, and has another name and address, though its card is in use', async () => {
    await exec('echo old > /etc/hostname; ip link set eth0 up');
    const identity = newIdentity();
    // 2030-01-01, and a half second.
    const time = 1_893_456_000_500_000_000n;
    expect(await applyIdentity(guest.vm.inside, identity, { time })).toEqual({
      told: 'guest',
      hostName: true,
      mac: true,
      time: true,
    });
    expect(await exec('date +%Y-%m-%dT%H')).toBe('2030-01-01T00\n');
    expect((await exec('dmesg')).split(RESEEDED)).toHaveLength(2);
    expect(await exec('hostname; cat /etc/hostname /sys/class/net/eth0/address')).toBe(
      `${identity.hostName}\n${identity.hostName}\n${identity.mac}\n`,
    );
    expect(await exec('cat /sys/class/net/lo/address')).toBe('00:00:00:00:00:00\n');
  });

  it('tells that its interface had not the address that it was to give up', async () => {
    await exec('ip link set eth0 address 02:00:00:00:00:07; rm /etc/hostname');
    const identity = newIdentity();
    expect(await applyIdentity(guest.vm.inside, identity)).toEqual({
      told: 'guest',
      hostName: true,
      mac: false,
      time: true,
    });
    expect(await exec('hostname; ls /etc/hostname; cat /sys/class/net/eth0/address')).toBe(
      `${identity.hostName}\n02:00:00:00:00:07\n`,
    );
    // A driver that begins anew takes the card's.
    await exec('cd /sys/bus/virtio/drivers/virtio_net; echo virtio0 > unbind; echo virtio0 > bind');
    expect(await exec('cat /sys/class/net/eth0/address')).toBe(`${identity.mac}\n`);
  });

  it('learns by the interrupt alone, without an agent to ask', async () => {
    const target = { ...guest.vm.inside, commands: undefined };
    const before = (await exec('dmesg')).split(RESEEDED).length;
    expect(await applyIdentity(target, newIdentity())).toEqual({
      told: 'machine',
      hostName: false,
      mac: false,
      time: false,
    });
    expect((await exec('dmesg')).split(RESEEDED)).toHaveLength(before + 1);
  });

  it('is waited for no longer than was asked for', async () => {
    const type = async (line: string) => {
      const writer = guest.vm.console.input.getWriter();
      await writer.write(new TextEncoder().encode(`${line}\r`));
      writer.releaseLock();
    };
    await type('kill -STOP $(pidof agent); echo stopped $((6 * 7))');
    await expect.poll(guest.text).toContain('\nstopped 42');
    const identity = newIdentity();
    const late = applyIdentity(guest.vm.inside, identity, { timeout: 100 });
    await expect(late).rejects.toThrow(VmTimeoutError);
    await type('kill -CONT $(pidof agent)');
    expect(await exec('hostname')).toBe(`${identity.hostName}\n`);
  });

  it('stays what it has become over a reboot', async () => {
    const identity = newIdentity();
    await applyIdentity(guest.vm.inside, identity);
    const lost = guest.vm.exec('reboot -f').catch(() => {});
    await lost;
    await guest.vm.ready();
    expect(await exec('cat /sys/class/net/eth0/address; hostname')).toBe(
      `${identity.mac}\nhartwood\n`,
    );
  });
});

/** Runs a VM of the core's that no run loop looks after, until its UART has sent 16 bytes in hexadecimal. */
function randomBytesOf(core: Core, handle: number): string {
  let text = '';
  for (let calls = 0; calls < 10_000; calls++) {
    const reason = core.run(handle, 1_000_000n, 0n, 0n);
    text += new TextDecoder().decode(core.takeOutput(handle));
    const [bytes] = /(?: [0-9a-f]{2}){16}(?=\r?\n)/.exec(text) ?? [];
    if (bytes !== undefined) return bytes;
    const deadline = core.deadline(handle);
    if (reason === ExitReason.Idle && deadline !== undefined) {
      core.exports.vmSkipTo(handle, deadline);
    }
  }
  throw new Error(`the copy printed no random bytes, but ${text}`);
}

it('draws in each copy what no other draws, if they have IDs of their own', async () => {
  const { vm } = await startGuest(host, { clock: 'virtual' });
  await vm.ready();
  const waiting = vm.spawn('echo here; sleep 3; head -c 16 /dev/urandom | od -An -tx1 >/dev/ttyS0');
  await waiting.stdout.getReader().read();
  const { core, handle } = { core: vm.inside.core, handle: vm.handle };
  const drawn = [undefined, undefined, 1n, 2n].map((id) => {
    const copy = core.exports.vmFork(handle) >>> 0;
    if (copy === 0) throw new Error('the VM cannot be forked now');
    if (id !== undefined) core.exports.vmSetGeneration(copy, id, 0n);
    const bytes = randomBytesOf(core, copy);
    core.exports.vmDestroy(copy);
    return bytes;
  });
  // Without an ID of its own, one copy is as good as another.
  expect(drawn[0]).toBe(drawn[1]);
  expect(new Set(drawn).size).toBe(3);
  await vm[Symbol.asyncDispose]();
});
