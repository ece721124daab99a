import { describe, expect, it } from 'vitest';
import {
  CONSOLE_PORT,
  ControlDriver,
  DEVICE_READY,
  message,
  PORT_ADD,
  PORT_NAME,
  PORT_OPEN,
  PORT_READY,
  RESIZE,
  TestPort,
} from '../../../../test/virtio/console-driver.js';
import { FakeTransport } from '../../../../test/virtio/fake-transport.js';
import { ConsoleDevice } from './console-device.js';

const SIZE = 1n;
const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;

function setUp() {
  const ports = [new TestPort('shell', true), new TestPort('agent'), new TestPort('log')];
  const device = new ConsoleDevice(ports, { columns: 132, rows: 43 });
  const transport = new FakeTransport(device);
  return { ports, device, transport, driver: new ControlDriver(transport) };
}

describe('the queues and the configuration', () => {
  it('are laid out as VIRTIO 1.2 §5.3.2 and §5.3.4 say', () => {
    const { device } = setUp();
    expect(device.queues).toEqual([64, 64, 16, 16, 64, 64, 64, 64]);
    expect([...device.config]).toEqual([132, 0, 43, 0, 3, 0, 0, 0]);
    expect(new ConsoleDevice([new TestPort('one')]).queues).toEqual([64, 64, 16, 16]);
  });
});

describe('control messages', () => {
  it('announce the ports, and then each port as its driver gets ready', () => {
    const { driver } = setUp();
    driver.offer(16);
    driver.send(0xffff_ffff, DEVICE_READY, 1);
    expect(driver.received()).toEqual([
      message(0, PORT_ADD),
      message(1, PORT_ADD),
      message(2, PORT_ADD),
    ]);
    driver.send(0, PORT_READY, 1);
    expect(driver.received()).toEqual([
      message(0, CONSOLE_PORT),
      message(0, RESIZE, [132, 0, 43, 0]),
      message(0, PORT_NAME, [...Buffer.from('shell')]),
      message(0, PORT_OPEN),
    ]);
    driver.send(1, PORT_READY, 1);
    expect(driver.received()).toEqual([
      message(1, PORT_NAME, [...Buffer.from('agent')]),
      message(1, PORT_OPEN),
    ]);
  });

  it('wait until the driver gives buffers, and for buffers that are large enough', () => {
    const { driver, transport } = setUp();
    driver.send(0, DEVICE_READY, 1);
    driver.send(0, PORT_READY, 1);
    expect(driver.received()).toEqual([]);
    const short = transport.send(CONTROL_RECEIVE, 0, 7);
    expect(short.written).toBe(0);
    driver.offer(16);
    transport.notify(CONTROL_RECEIVE);
    expect(driver.received().map(({ id, event }) => [id, event])).toEqual([
      ...[PORT_ADD, CONSOLE_PORT, RESIZE, PORT_NAME, PORT_OPEN].map((event) => [0, event]),
      [1, PORT_ADD],
      [2, PORT_ADD],
    ]);
  });

  it('do not pile up, whatever a driver sends without giving buffers', () => {
    const { driver } = setUp();
    for (let i = 0; i < 1000; i++) {
      driver.send(0, DEVICE_READY, 1);
      driver.send(i % 3, PORT_READY, 1);
    }
    driver.offer(100);
    driver.flush();
    expect(driver.received()).toHaveLength(3 * 3 + 2);
  });

  it('of a driver that failed, or makes no sense, do nothing', () => {
    const { ports, driver, transport } = setUp();
    driver.offer(16);
    driver.send(0, DEVICE_READY, 0);
    driver.send(1, PORT_READY, 0);
    driver.send(3, PORT_READY, 1);
    driver.send(0xffff_ffff, PORT_OPEN, 1);
    driver.send(0, 99, 1);
    for (const length of [0, 1, 7]) {
      expect(transport.send(CONTROL_TRANSMIT, new Uint8Array(length)).written).toBe(0);
    }
    expect(transport.send(CONTROL_TRANSMIT, 2 ** 40).written).toBe(0);
    expect(driver.received()).toEqual([]);
    expect(ports.flatMap(({ log }) => log)).toEqual([]);
  });

  it('open and close ports, which hear of it once', () => {
    const { ports, driver } = setUp();
    for (const value of [1, 1, 0, 0, 1]) driver.send(1, PORT_OPEN, value);
    expect(ports[1]?.log).toEqual(['open', 'closed', 'open']);
    expect(ports[0]?.log).toEqual([]);
  });
});

describe('the size', () => {
  it('is told to the terminals that are ready, in the next pump', () => {
    const { device, driver, transport } = setUp();
    driver.offer(16);
    driver.send(0, DEVICE_READY, 1);
    driver.received();
    device.resize(100, 30);
    device.pump();
    expect(driver.received()).toEqual([]);
    driver.send(0, PORT_READY, 1);
    driver.received();
    device.resize(90, 20);
    device.resize(80, 25);
    expect(driver.received()).toEqual([]);
    device.pump();
    expect(driver.received()).toEqual([message(0, RESIZE, [80, 0, 25, 0])]);
    expect(transport.configured.at(-1)).toMatchObject({
      offset: 0,
      bytes: Uint8Array.of(80, 0, 25, 0, 3, 0, 0, 0),
    });
    device.pump();
    expect(driver.received()).toEqual([]);
    expect(transport.configured).toHaveLength(2);
  });

  it('given before there is a driver is what the driver reads', () => {
    const device = new ConsoleDevice([new TestPort('shell', true)]);
    device.resize(300, 70);
    device.pump();
    const driver = new ControlDriver(new FakeTransport(device));
    expect([...device.config.subarray(0, 4)]).toEqual([44, 1, 70, 0]);
    driver.offer(8);
    driver.send(0, PORT_READY, 1);
    expect(driver.received()).toContainEqual(message(0, RESIZE, [44, 1, 70, 0]));
  });

  it('is not told to a driver that did not ask for it', () => {
    const { device } = setUp();
    const transport = new FakeTransport(device, device.features & ~SIZE);
    const driver = new ControlDriver(transport);
    driver.offer(8);
    driver.send(0, PORT_READY, 1);
    device.resize(80, 25);
    device.pump();
    expect(driver.received().map(({ event }) => event)).not.toContain(RESIZE);
    expect(transport.configured).toEqual([]);
  });
});

describe('what cannot be right', () => {
  it.each([
    ['no ports', []],
    ['8 ports', Array.from({ length: 8 }, (_, i) => `port${i}`)],
    ['an empty name', ['']],
    ['a name with a space', ['a b']],
    ['a name of 129 characters', ['x'.repeat(129)]],
    ['a name twice', ['a', 'a']],
  ])('%s', (_, names) => {
    expect(() => new ConsoleDevice(names.map((name) => new TestPort(name)))).toThrow(/console/);
  });

  it.each([
    [0, 24],
    [80, 65_536],
    [80.5, 24],
    [Number.NaN, 24],
  ])('%d columns and %d rows', (columns, rows) => {
    const { device } = setUp();
    expect(() => device.resize(columns, rows)).toThrow('a terminal has 1 to 65535 columns');
  });
});
