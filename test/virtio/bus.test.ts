import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/core/errors.js';
import { VirtioBus } from '../../src/machine/virtio/bus.js';
import type {
  VirtioDevice,
  VirtioRequest,
  VirtioTransport,
} from '../../src/machine/virtio/device.js';
import { BUFFERS, PLAIN } from './device.js';
import { FREE, MmioGuest } from './mmio-guest.js';
import { MockDriver } from './mock-driver.js';
import { placeAt } from './mock-queue.js';
import { Interrupt, Register, Status } from './registers.js';

const BUFFER = [
  { address: BUFFERS, length: 4 },
  { address: BUFFERS + 0x1000n, length: 4, write: true },
];

/** A back end that keeps what it takes until it is told to answer. */
class Holder implements VirtioDevice {
  readonly type: number = PLAIN.type;
  readonly features: bigint = 0n;
  readonly queues: readonly number[] = [1024, 16];
  readonly config: Uint8Array = PLAIN.config;
  transport: VirtioTransport | undefined;
  readonly held: VirtioRequest[] = [];
  readonly log: string[] = [];
  holds = true;

  activate(transport: VirtioTransport): void {
    this.log.push('activate');
    this.transport = transport;
  }

  notify(queue: number): void | Promise<void> {
    this.log.push(`notify ${queue}`);
    for (let r = this.transport?.take(queue); r !== undefined; r = this.transport?.take(queue)) {
      this.held.push(r);
      if (!this.holds) this.answer();
    }
  }

  /** Answers the oldest request that is held. */
  answer(): void {
    const request = this.held.shift();
    request?.write(0, request.read());
    request?.complete(4);
  }

  configure(offset: number, bytes: Uint8Array): void {
    this.log.push(`configure ${offset} ${bytes}`);
  }

  reset(): void {
    this.log.push('reset');
    this.transport = undefined;
  }
}

let guest: MmioGuest;
let wakes: number;
beforeEach(async () => {
  guest = await MmioGuest.create();
  wakes = 0;
});

function plug(...plan: (VirtioDevice | undefined)[]): VirtioBus {
  const bus = new VirtioBus(plan, () => wakes++);
  bus.attach(guest.machine.core, guest.machine.vm);
  guest.onDoorbell = () => bus.serve();
  return bus;
}

function start(slot = 0, size = 16) {
  const driver = new MockDriver(guest, slot);
  const place = placeAt(FREE + BigInt(slot * 0x1_0000), size);
  const [queue] = driver.init({ queues: [place] });
  if (queue === undefined) throw new Error('there is no queue');
  return { driver, queue, place };
}

describe('a back end', () => {
  it('is activated, notified, answers, and is reset', () => {
    const device = new Holder();
    device.holds = false;
    plug(device);
    const { driver, queue } = start();
    guest.machine.ram.write(BUFFERS, Uint8Array.of(1, 2, 3, 4));
    queue.add(BUFFER);
    driver.notify();
    expect(queue.collect()).toMatchObject([{ written: 4 }]);
    expect([...guest.machine.ram.read(BUFFERS + 0x1000n, 4)]).toEqual([1, 2, 3, 4]);
    expect(driver.interruptStatus).toBe(Interrupt.UsedBuffer);
    expect(wakes).toBeGreaterThan(0);
    driver.write(Register.Config + 4, 0x55, 1);
    driver.reset();
    expect(device.log).toEqual(['activate', 'notify 0', 'configure 4 85', 'reset']);
  });

  it('answers to a driver that has gone without anything happening', () => {
    const device = new Holder();
    plug(device);
    const { driver, queue } = start();
    queue.add(BUFFER);
    driver.notify();
    const { transport } = device;
    start();
    expect(device.log).toEqual(['activate', 'notify 0', 'reset', 'activate']);
    const ram = guest.machine.ram.read(BUFFERS, 0x2000);
    device.answer();
    expect(transport?.take(0)).toBe(undefined);
    transport?.wake(0);
    transport?.setConfig(0, Uint8Array.of(9));
    expect(driver.read(Register.Config, 1)).toBe(1);
    expect(driver.interruptStatus).toBe(0);
    expect(Buffer.compare(guest.machine.ram.read(BUFFERS, 0x2000), ram)).toBe(0);
  });

  it('may not complete a request twice', () => {
    const device = new Holder();
    plug(device);
    const { driver, queue } = start();
    queue.add(BUFFER);
    driver.notify();
    const [request] = device.held;
    request?.complete(0);
    expect(() => request?.complete(0)).toThrow(ConfigurationError);
    expect(queue.collect()).toHaveLength(1);
  });

  it('is told when it writes beyond its configuration space', () => {
    const device = new Holder();
    plug(device);
    start();
    expect(() => device.transport?.setConfig(10, new Uint8Array(3))).toThrow(ConfigurationError);
    expect(() => device.transport?.setConfig(0, new Uint8Array(1 << 20))).toThrow(
      ConfigurationError,
    );
  });

  it('may not offer features of the transport, and nothing beyond a request is written', () => {
    const greedy = Object.assign(new Holder(), { features: 1n << 34n });
    expect(() => plug(greedy)).toThrow(ConfigurationError);
    const device = new Holder();
    plug(device);
    const { driver, queue } = start();
    queue.add(BUFFER);
    driver.notify();
    device.held[0]?.write(2 ** 32, Uint8Array.of(9));
    device.held[0]?.complete(4);
    expect(guest.machine.ram.read(BUFFERS + 0x1000n, 1)).toEqual(Uint8Array.of(0));
  });

  it('that wakes a queue is notified of it in the next turn', () => {
    const device = new Holder();
    const bus = plug(device);
    start();
    device.log.length = 0;
    device.transport?.wake(1);
    expect(wakes).toBe(1);
    expect(device.log).toEqual([]);
    bus.catchUp();
    bus.pump();
    bus.catchUp();
    bus.pump();
    expect(device.log).toEqual(['notify 1']);
  });

  const broken = (change: (device: Holder) => void) => {
    const device = new Holder();
    change(device);
    return device;
  };
  it.each([
    ['throws when activated', (d) => Object.assign(d, { activate: fails })],
    ['throws when notified', (d) => Object.assign(d, { notify: fails })],
    ['rejects', (d) => Object.assign(d, { notify: async () => fails() })],
    ['throws at a write of the configuration', (d) => Object.assign(d, { configure: fails })],
    ['throws when pumped', (d) => Object.assign(d, { pump: fails })],
  ] as readonly [string, (device: Holder) => void][])(
    'that %s breaks its device and no other',
    async (_, change) => {
      const good = new Holder();
      good.holds = false;
      const bus = plug(broken(change), good);
      const bad = start(0);
      const { driver, queue } = start(1);
      bad.driver.write(Register.Config, 1, 1);
      bad.queue.add(BUFFER);
      bad.driver.notify();
      bus.catchUp();
      bus.pump();
      await bus.settled();
      bus.serve();
      expect(bad.driver.status & Status.NeedsReset).toBe(Status.NeedsReset);
      expect(bad.driver.interruptStatus).toBe(Interrupt.ConfigChange);
      expect(bus.health()[0]).toMatchObject({ cause: 'back-end', error: 'the back end failed' });
      queue.add(BUFFER);
      driver.notify();
      expect(queue.collect()).toHaveLength(1);
      expect(driver.status & Status.NeedsReset).toBe(0);
    },
  );

  it('that has failed is left alone until its driver resets it', () => {
    let calls = 0;
    const device = broken((holder) =>
      Object.assign(holder, {
        notify: () => {
          calls++;
          fails();
        },
        pump: () => void calls++,
      }),
    );
    const bus = plug(device);
    const { driver } = start();
    driver.notify();
    driver.notify();
    bus.catchUp();
    bus.pump();
    expect(calls).toBe(1);
    start().driver.notify();
    expect(calls).toBe(2);
  });

  it('that throws when it is reset serves its next driver no more, and its machine goes on', () => {
    plug(broken((device) => Object.assign(device, { reset: fails })));
    const { driver } = start();
    driver.reset();
    expect(driver.status & Status.NeedsReset).toBe(Status.NeedsReset);
  });

  it('that rejects after a reset does not break the next driver', async () => {
    let fail = () => {};
    const device = new Holder();
    device.notify = () => new Promise((_, reject) => (fail = () => reject(new Error('late'))));
    const bus = plug(device);
    const { driver } = start();
    driver.notify();
    expect(bus.busy).toBe(true);
    start();
    fail();
    await bus.settled();
    bus.serve();
    expect(bus.busy).toBe(false);
    expect(driver.status & Status.NeedsReset).toBe(0);
  });
});

const fails = (): never => {
  throw new Error('the back end failed');
};

describe('requests beyond the bound of 2,048', () => {
  it.each([
    ['a request of another device ends', (device: Holder) => device.answer()],
    ['another device is reset', () => new MockDriver(guest, 0).reset()],
    [
      'a queue of another device has ended and its requests are answered in vain',
      (device: Holder) => {
        new MockDriver(guest, 0).end(0);
        device.answer();
      },
    ],
  ])('wait, and are taken when %s', (_, end) => {
    const devices = [new Holder(), new Holder(), new Holder()];
    const bus = plug(...devices);
    const parts = devices.map((_, slot) => start(slot, 1024));
    for (const { queue, driver } of parts) {
      for (let n = 0; n < 900; n++) queue.add([{ address: BUFFERS, length: 4, write: true }]);
      driver.notify();
    }
    const held = () => devices.map((device) => device.held.length);
    expect(held()).toEqual([900, 900, 2048 - 1800]);
    bus.catchUp();
    bus.pump();
    expect(held()).toEqual([900, 900, 248]);
    end(devices[0] as Holder);
    bus.serve();
    bus.catchUp();
    bus.pump();
    expect(devices[2]?.held.length).toBeGreaterThan(248);
    expect(parts.map(({ driver }) => driver.status & Status.NeedsReset)).toEqual([0, 0, 0]);
  });
});

describe('the bus', () => {
  it('has eight slots', () => {
    const plan = Array.from({ length: 9 }, () => new Holder());
    expect(() => new VirtioBus(plan, () => {})).toThrow(/9 virtio devices .* 8 slots/);
    plug(...plan.slice(1));
    for (let slot = 0; slot < 8; slot++) {
      expect(new MockDriver(guest, slot).read(Register.DeviceId)).toBe(PLAIN.type);
    }
  });

  it.each([
    ['17 queues', { queues: new Array<number>(17).fill(4) }],
    ['a queue of 3', { queues: [3] }],
    ['too large a configuration space', { config: new Uint8Array(257) }],
    ['no type', { type: 0 }],
  ])('refuses a device with %s, and says so', (_, part) => {
    const device = Object.assign(new Holder(), part);
    expect(() => plug(device)).toThrow(ConfigurationError);
  });

  it('carries its devices over to the machine after a reboot', async () => {
    const device = new Holder();
    const bus = plug(device);
    const { driver, queue } = start();
    queue.add(BUFFER);
    driver.notify();
    bus.detach();
    const old = guest.machine;
    guest = await MmioGuest.create({ core: old.core });
    bus.attach(old.core, guest.machine.vm);
    old.core.exports.vmDestroy(old.vm);
    guest.onDoorbell = () => bus.serve();
    device.answer();
    const again = start();
    again.queue.add(BUFFER);
    again.driver.notify();
    expect(device.held).toHaveLength(1);
    device.answer();
    expect(again.queue.collect()).toHaveLength(1);
    expect(device.log).toEqual(['activate', 'notify 0', 'reset', 'activate', 'notify 0']);
  });

  it('waits for answers under way before it closes its devices', async () => {
    let answer = () => {};
    let closed = false;
    const device = Object.assign(new Holder(), {
      notify: () => new Promise<void>((resolve) => (answer = resolve)),
      close: async () => {
        closed = true;
      },
    });
    const bus = plug(device);
    start().driver.notify();
    bus.detach();
    const end = bus.close();
    await Promise.resolve();
    expect(closed).toBe(false);
    answer();
    await end;
    expect(closed).toBe(true);
  });
});
