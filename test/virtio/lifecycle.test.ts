import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { newCore } from '../core/machine.js';
import { OFF } from '../core/program-parts.js';
import { pageOf } from './accounts.js';
import { BUFFERS, PLACE, type Rig, running, take } from './device.js';
import { Register } from './registers.js';

const RAM = 4 << 20;
const PIECES = [
  { address: BUFFERS + 0xf00n, length: 0x200 },
  { address: BUFFERS + 0x4000n, length: 0x1000, write: true },
];
const SMALL = [{ address: BUFFERS, length: 8, write: true }];

describe('pages of a request', () => {
  it.each([
    ['a reset', ({ driver }: Rig) => driver.reset(), 0],
    // The interrupt of what was answered before stands.
    ['the end of the queue', ({ driver }: Rig) => driver.end(0), 1],
  ])('are free after %s, which makes requests void', async (_, end, interrupts) => {
    const rig = await running();
    const { slots, queue, core } = rig;
    for (let n = 0; n < 5; n++) queue.add(PIECES);
    const requests = Array.from({ length: 5 }, () => take(rig));
    const [answered] = requests;
    expect(answered && slots.complete(answered, 0)).toBe(true);
    const frames = core.framesUsed();
    end(rig);
    const ram = rig.guest.machine.ram.read(RAM_BASE, RAM);
    for (const request of requests) {
      expect(slots.read(request, 0, new Uint8Array(8))).toBe(0);
      expect(slots.write(request, 0, Uint8Array.of(1, 2, 3))).toBe(0);
      expect(slots.complete(request, 3)).toBe(false);
    }
    expect(Buffer.compare(rig.guest.machine.ram.read(RAM_BASE, RAM), ram)).toBe(0);
    expect(rig.driver.interruptStatus).toBe(interrupts);
    // What requests were kept in is used again: no frame more is needed.
    const [again] = rig.driver.init({ queues: [PLACE] });
    for (let n = 0; n < 5; n++) again?.add(PIECES);
    const later = Array.from({ length: 5 }, () => take(rig));
    // Old names of requests do not fit those in the same place.
    for (const request of requests) expect(slots.complete(request, 0)).toBe(false);
    for (const request of later) expect(slots.complete(request, 0)).toBe(true);
    expect(core.framesUsed()).toBe(frames);
  });

  it('are not those that the driver names afterwards', async () => {
    const rig = await running();
    const { ram } = rig.guest.machine;
    rig.queue.add(SMALL);
    const request = take(rig);
    ram.write(PLACE.descriptors, new Uint8Array(256).fill(0xff));
    expect(rig.slots.write(request, 0, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))).toBe(8);
    expect([...ram.read(BUFFERS, 9)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0]);
    expect(rig.slots.complete(request, 0xffff_ffff)).toBe(true);
    expect(rig.queue.collect()[0]?.written).toBe(8);
  });
});

it('a request is completed once', async () => {
  const rig = await running();
  rig.queue.add(SMALL);
  const request = take(rig);
  expect(rig.slots.complete(request, 8)).toBe(true);
  expect(rig.slots.complete(request, 8)).toBe(false);
  expect(rig.queue.deviceUsedIndex).toBe(1);
  for (const address of [0, 1, 0x1_0000, 0x2_0000, 0x7fff_fe00, request.address + 512]) {
    expect(rig.slots.complete({ ...request, address }, 0)).toBe(false);
  }
});

describe('what a device writes', () => {
  it('is a change of its pages in their epoch; what it reads is none', async () => {
    const rig = await running();
    const { core, vm, queue, slots, guest } = rig;
    guest.machine.ram.write(BUFFERS, new Uint8Array(0x6000).fill(1));
    queue.add(PIECES);
    const epoch = core.exports.vmBeginEpoch(vm) >>> 0;
    const changed = () => {
      const pages = [];
      for (let n = 0; n < RAM / 4096; n++) {
        if (core.exports.vmPageEpoch(vm, n) >>> 0 > epoch) pages.push(n);
      }
      return pages;
    };
    const request = take(rig);
    slots.read(request, 0, new Uint8Array(0x200));
    expect(changed()).toEqual([]);
    slots.write(request, 0, Uint8Array.of(9));
    expect(changed()).toEqual([pageOf(BUFFERS) + 4]);
    slots.complete(request, 1);
    expect(changed()).toEqual([pageOf(PLACE.used), pageOf(BUFFERS) + 4]);
  });

  it('is executed: code decoded from it before is dropped', async () => {
    const rig = await running();
    const { guest, queue, slots } = rig;
    const { machine } = guest;
    // The device overwrites an instruction that the guest has executed for every access so far.
    const at = machine.at('done');
    const old = machine.ram.read(at, 4);
    queue.add([{ address: at, length: 4, write: true }]);
    const request = take(rig);
    // lui t2, 0x12345
    slots.write(request, 0, Uint8Array.of(0xb7, 0x53, 0x34, 0x12));
    slots.complete(request, 4);
    const steps = machine.steps;
    machine.run(20n);
    expect(machine.x('t2')).toBe(0x1234_5000n);
    expect(machine.steps).toBe(steps + 20n);
    expect(Buffer.compare(machine.ram.read(at, 4), old)).not.toBe(0);
  });

  it('ends reservations there, and no others', async () => {
    for (const [place, stored] of [
      [BUFFERS + 0x100n, 1n],
      [BUFFERS + 0x2000n, 0n],
    ] as const) {
      const rig = await running();
      const { queue, slots, core } = rig;
      const { machine } = rig.guest;
      const code = BUFFERS + 0x8000n;
      const program = assemble(
        `li t0, ${place}
         lr.d t1, (t0)
held:    sc.d a0, t0, (t0)
         ${OFF}`,
        { origin: code },
      );
      machine.ram.write(code, program.bytes);
      queue.add(SMALL);
      const request = take(rig);
      core.exports.hartSetRegister(rig.vm, 0, 64, code);
      const held = program.symbols.get('held');
      for (let n = 0; n < 100 && machine.pc() !== held; n++) machine.run(1n);
      expect(machine.pc()).toBe(held);
      slots.write(request, 0, Uint8Array.of(5));
      machine.finish();
      expect(machine.x('a0')).toBe(stored);
    }
  });
});

describe('VMs', () => {
  it('that go with requests under way give back every frame', async () => {
    const core = await newCore();
    const other = await running({ core });
    other.queue.add(PIECES);
    const kept = take(other);
    const before = core.framesUsed();
    for (let round = 0; round < 5; round++) {
      const rig = await running({ core });
      for (let n = 0; n < 8; n++) rig.queue.add(PIECES);
      for (let n = 0; n < 8; n++) take(rig);
      core.exports.vmDestroy(rig.vm);
      expect(core.framesUsed()).toBe(before);
    }
    expect(other.slots.complete(kept, 0)).toBe(true);
  });

  it('of one host have nothing to do with each other', async () => {
    const core = await newCore();
    const [one, two] = [await running({ core }), await running({ core })];
    for (const rig of [one, two]) rig.queue.add(SMALL);
    one.driver.notify();
    expect(one.slots.doorbells()).toBe(1);
    two.slots.doorbells();
    expect(two.slots.events(0).notified).toBe(0);
    const [first, second] = [take(one), take(two)];
    expect(two.slots.complete(first, 8)).toBe(false);
    expect(one.slots.complete({ ...second, serial: first.serial }, 8)).toBe(false);
    one.driver.reset();
    expect(two.slots.complete(second, 8)).toBe(true);
    expect(two.driver.interruptStatus).toBe(1);
    expect(one.driver.read(Register.InterruptStatus)).toBe(0);
  });
});
