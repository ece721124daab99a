import { beforeEach, describe, expect, it } from 'vitest';
import { VirtioSlots } from '../../src/core/virtio-slots.js';
import { PLAIN, type Rig, rig } from './device.js';
import { MmioGuest } from './mmio-guest.js';
import { MockDriver } from './mock-driver.js';
import {
  EVENT_IDX,
  INDIRECT_DESC,
  Interrupt,
  Register,
  Status,
  slotBase,
  VERSION_1,
} from './registers.js';

const LOAD_FAULT = 5;
const STORE_FAULT = 7;

let made: Rig;
let driver: MockDriver;
beforeEach(async () => {
  made = await rig();
  driver = made.driver;
});

describe('a slot says what it is (VIRTIO 1.2 §4.2.2)', () => {
  it('has magic value, version 2, the device type and its features', () => {
    expect(driver.read(Register.Magic)).toBe(0x7472_6976);
    expect(driver.read(Register.Version)).toBe(2);
    expect(driver.read(Register.DeviceId)).toBe(PLAIN.type);
    expect(driver.read(Register.VendorId)).not.toBe(0);
    expect(driver.deviceFeatures).toBe(PLAIN.features | VERSION_1 | EVENT_IDX | INDIRECT_DESC);
  });

  it('has no features beyond 64, and no shared memory', () => {
    driver.write(Register.DeviceFeaturesSelect, 2);
    expect(driver.read(Register.DeviceFeatures)).toBe(0);
    driver.write(Register.DeviceFeaturesSelect, 0xffff_ffff);
    expect(driver.read(Register.DeviceFeatures)).toBe(0);
    driver.write(Register.SharedMemorySelect, 0);
    for (const register of [Register.SharedMemoryLengthLow, Register.SharedMemoryLengthHigh]) {
      expect(driver.read(register)).toBe(0xffff_ffff);
    }
  });

  it('keeps registers that are read-only as they are', () => {
    const seen = () =>
      [0x000, 0x004, 0x008, 0x00c, 0x034, 0x060, 0x0fc].map((register) => driver.read(register));
    const before = seen();
    driver.writeAll(
      [0x000, 0x004, 0x008, 0x00c, 0x010, 0x034, 0x060, 0x0fc].map((r) => [r, 0xffff_ffff]),
    );
    expect(seen()).toEqual(before);
    expect(driver.status).toBe(0);
  });

  it('has registers of 32 bits: narrower accesses read nothing and write nothing', () => {
    expect(driver.read(Register.Magic, 1)).toBe(0);
    expect(driver.read(Register.Version, 2)).toBe(0);
    driver.write(Register.Status, Status.Acknowledge, 1);
    driver.write(Register.Status, Status.Acknowledge, 2);
    expect(driver.status).toBe(0);
  });

  it('faults on accesses of 8 bytes, misaligned ones, and beyond its window', () => {
    const base = slotBase(0);
    const results = made.guest.perform([
      { address: base, width: 8 },
      { address: base, width: 8, value: 1n },
      { address: base + 0x200n, width: 4 },
      { address: base + 0xffcn, width: 4, value: 1n },
      { address: base + 0x1fcn, width: 4 },
    ]);
    expect(results.map(({ trap }) => trap)).toEqual([
      LOAD_FAULT,
      STORE_FAULT,
      LOAD_FAULT,
      STORE_FAULT,
      undefined,
    ]);
  });

  it('without a device has type 0 and nothing that can be set', async () => {
    const guest = await MmioGuest.create();
    for (let slot = 0; slot < 8; slot++) {
      const empty = new MockDriver(guest, slot);
      expect([empty.read(Register.Magic), empty.read(Register.Version)]).toEqual([0x7472_6976, 2]);
      const all = Array.from({ length: 0x80 }, (_, n) => n * 4);
      empty.writeAll(all.map((register) => [register, 0xffff_ffff]));
      for (const register of all.slice(2)) expect(empty.read(register)).toBe(0);
    }
    expect(new VirtioSlots(guest.machine.core, guest.machine.vm).doorbells()).toBe(0);
  });
});

describe('features (VIRTIO 1.2 §2.2)', () => {
  it.each([
    ['all that was offered', PLAIN.features | VERSION_1 | EVENT_IDX | INDIRECT_DESC, true],
    ['a part of it', VERSION_1, true],
    ['one that was not offered', VERSION_1 | (1n << 6n), false],
    ['one that was not offered, of the upper half', VERSION_1 | (1n << 34n), false],
    ['a driver without VERSION_1', PLAIN.features, false],
    ['none', 0n, false],
  ])('%s', (_, features, good) => {
    driver.addStatus(Status.Acknowledge | Status.Driver);
    expect(driver.negotiate(features)).toBe(good);
    driver.addStatus(Status.DriverOk);
    expect(driver.status & Status.DriverOk).toBe(good ? Status.DriverOk : 0);
    const told = made.slots.events(0);
    expect(told.events).toBe(good ? 1 : 0);
    if (good) expect(told.features).toBe(features);
  });

  it('may be chosen again after a refusal', () => {
    expect(driver.negotiate(VERSION_1 | 1n)).toBe(false);
    expect(driver.negotiate(VERSION_1)).toBe(true);
  });

  it('stand once FEATURES_OK is set, until the reset', () => {
    expect(driver.negotiate(VERSION_1)).toBe(true);
    driver.negotiate(VERSION_1 | EVENT_IDX);
    driver.addStatus(Status.DriverOk);
    expect(made.slots.events(0).features).toBe(VERSION_1);
    driver.reset();
    driver.negotiate(VERSION_1 | EVENT_IDX);
    driver.addStatus(Status.DriverOk);
    expect(made.slots.events(0).features).toBe(VERSION_1 | EVENT_IDX);
  });
});

describe('device status (VIRTIO 1.2 §2.1)', () => {
  it('keeps the bits that the driver has set, and loses all of them with 0', () => {
    driver.write(Register.Status, Status.Acknowledge);
    driver.write(Register.Status, Status.Driver);
    expect(driver.status).toBe(Status.Acknowledge | Status.Driver);
    driver.write(Register.Status, Status.Failed);
    expect(driver.status).toBe(Status.Acknowledge | Status.Driver | Status.Failed);
    driver.reset();
    expect(driver.status).toBe(0);
  });

  it('does not let the driver ask for a reset of itself', () => {
    driver.write(Register.Status, Status.NeedsReset);
    expect(driver.status).toBe(0);
  });

  it('tells the back end of its driver, and of a reset after it', () => {
    driver.init();
    expect(made.slots.doorbells()).toBe(1);
    expect(made.slots.events(0)).toMatchObject({ events: 1, cause: 'none', failures: 0 });
    driver.reset();
    expect(made.slots.doorbells()).toBe(1);
    expect(made.slots.events(0).events).toBe(2);
    driver.reset();
    expect(made.slots.events(0).events).toBe(0);
  });

  it('says nothing of a driver that came and went unseen', () => {
    driver.init();
    driver.reset();
    expect(made.slots.events(0).events).toBe(0);
    driver.init();
    made.slots.events(0);
    driver.init();
    driver.reset();
    expect(made.slots.events(0).events).toBe(2);
  });
});

describe('the configuration space (VIRTIO 1.2 §2.5)', () => {
  it('is read in 1, 2 and 4 bytes, and is zero behind its end', () => {
    expect(driver.read(Register.Config, 1)).toBe(1);
    expect(driver.read(Register.Config + 2, 2)).toBe(0x0403);
    expect(driver.read(Register.Config + 8, 4)).toBe(0x0c0b_0a09);
    expect(driver.read(Register.Config + 12, 4)).toBe(0);
    expect(driver.read(Register.Config + 0xfc, 4)).toBe(0);
  });

  it('hands writes to the back end, and stays as it is', () => {
    driver.init();
    made.slots.events(0);
    driver.write(Register.Config + 6, 0xbeef, 2);
    const { events, written } = made.slots.events(0);
    expect(events).toBe(4);
    expect([written.offset, ...written.bytes]).toEqual([6, 0xef, 0xbe]);
    expect(driver.read(Register.Config + 6, 2)).toBe(0x0807);
    driver.write(Register.Config + 12, 1);
    driver.write(Register.Config + 0xff, 1, 1);
    expect(made.slots.events(0).events).toBe(0);
  });

  it('changes with a new generation and an interrupt', () => {
    driver.init();
    const before = driver.read(Register.ConfigGeneration);
    expect(made.slots.setConfig(0, 10, Uint8Array.of(0xaa, 0xbb))).toBe(true);
    expect(driver.read(Register.ConfigGeneration)).not.toBe(before);
    expect(driver.read(Register.Config + 8)).toBe(0xbbaa_0a09);
    expect(driver.interruptStatus).toBe(Interrupt.ConfigChange);
    driver.acknowledge(Interrupt.ConfigChange);
    expect(driver.interruptStatus).toBe(0);
  });

  it('changes silently while there is no driver', () => {
    expect(made.slots.setConfig(0, 0, Uint8Array.of(9))).toBe(true);
    expect(driver.interruptStatus).toBe(0);
    expect(driver.read(Register.Config, 1)).toBe(9);
  });

  it('is not changed beyond its end, nor is anything behind it', () => {
    expect(made.slots.setConfig(0, 11, Uint8Array.of(1, 2))).toBe(false);
    expect(made.slots.setConfig(0, 13, new Uint8Array())).toBe(false);
    const before = made.core.bytes.slice(0x3_0000, 0x11_0000);
    expect(made.slots.setConfig(0, 0, new Uint8Array(1 << 20).fill(0xee))).toBe(false);
    expect(Buffer.compare(made.core.bytes.slice(0x3_0000, 0x11_0000), before)).toBe(0);
  });
});

it.each([
  ['a slot that is none', 8, {}],
  ['no type', 1, { type: 0 }],
  ['17 queues', 1, { queues: new Array<number>(17).fill(16) }],
  ['a queue of 0', 1, { queues: [0] }],
  ['a queue that is no power of 2', 1, { queues: [48] }],
  ['a queue of 2048', 1, { queues: [2048] }],
  ['257 bytes of configuration', 1, { config: new Uint8Array(257) }],
  ['a megabyte of configuration', 1, { config: new Uint8Array(1 << 20).fill(0xee) }],
])('a device is refused with %s, and nothing is changed', (_, slot, device) => {
  const { core, slots, guest } = made;
  const before = core.bytes.slice(0x3_0000, 0x11_0000);
  expect(slots.attach(slot, { ...PLAIN, ...device })).toBe(false);
  expect(Buffer.compare(core.bytes.slice(0x3_0000, 0x11_0000), before)).toBe(0);
  expect(new MockDriver(guest, 1).read(Register.DeviceId)).toBe(0);
});
