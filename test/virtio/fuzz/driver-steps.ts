import { INDIRECT, NEXT, WRITE } from '../mock-queue.js';
import { EVENT_IDX, INDIRECT_DESC, Register, Status, VERSION_1 } from '../registers.js';
import type { Random } from './random.js';
import { BUFFERS, offsetOf, RAM_SIZE, RINGS, type Subject } from './subject.js';

const RAM_LOW = 0x8000_0000;

/** Halves of a guest-physical address: mostly in RAM, else where it hurts. */
function address(random: Random): readonly [number, number] {
  if (!random.once(32)) return [RAM_LOW + BUFFERS + random.below(RAM_SIZE - BUFFERS - 0x2000), 0];
  switch (random.below(8)) {
    case 0:
      return [RAM_LOW + RAM_SIZE - random.below(32), 0];
    case 1:
      return [RAM_LOW - 8 + random.below(16), 0];
    case 2:
      return [RAM_LOW + RINGS + random.below(BUFFERS - RINGS), 0];
    case 3:
      return [0x1000_1000 + random.below(0x8000), 0];
    case 4:
      return [0xffff_ffff - random.below(32), 0xffff_ffff];
    case 5:
      return [RAM_LOW + random.below(RAM_SIZE), random.word()];
    case 6:
      return [random.word(), 0];
    default:
      return [RAM_LOW + random.below(RAM_SIZE), 0];
  }
}

function length(random: Random): number {
  if (random.once(64)) return random.pick([0xffff_ffff, 0x8000_0000, RAM_SIZE, RAM_SIZE + 1]);
  if (random.once(16)) return random.pick([0, 1, 0x1000, 0x2001, 16, 32, 48]);
  return random.below(200);
}

/** Starts the device, mostly as one should; it may have been left in any state. */
export function start(subject: Subject, random: Random): void {
  const registers: [number, number][] = [[Register.Status, 0]];
  let features = VERSION_1;
  if (random.once(2)) features |= EVENT_IDX;
  if (!random.once(4)) features |= INDIRECT_DESC;
  if (random.once(64)) features = BigInt(random.word()) << BigInt(random.below(33));
  registers.push(
    [Register.Status, Status.Acknowledge | Status.Driver],
    [Register.DriverFeaturesSelect, 0],
    [Register.DriverFeatures, Number(features & 0xffff_ffffn)],
    [Register.DriverFeaturesSelect, 1],
    [Register.DriverFeatures, Number((features >> 32n) & 0xffff_ffffn)],
    [Register.Status, Status.Acknowledge | Status.Driver | Status.FeaturesOk],
  );
  for (let queue = 0; queue < 2; queue++) {
    if (queue === 1 && random.once(2)) continue;
    const size = random.once(64) ? random.word() : 1 << random.below(queue === 0 ? 9 : 7);
    const wild = random.once(48);
    // Three parts in the rings' place, now and then one over the other.
    const part = (n: number, alignment: number) => {
      if (wild) return address(random)[0];
      const slot = random.once(16) ? random.below(6) : queue * 3 + n;
      return RAM_LOW + RINGS + slot * 0x2800 + random.below(0x1000 / alignment) * alignment;
    };
    const [descriptors, available, used] = [part(0, 16), part(1, 2), part(2, 4)];
    if (!wild && !random.once(16)) {
      subject.poke(available - RAM_LOW, 0, 4);
      subject.poke(used - RAM_LOW, 0, 4);
    }
    registers.push(
      [Register.QueueSelect, queue],
      [Register.QueueSize, size],
      [Register.DescriptorsLow, descriptors],
      [Register.DescriptorsHigh, random.once(200) ? 1 : 0],
      [Register.AvailableLow, available],
      [Register.AvailableHigh, 0],
      [Register.UsedLow, used],
      [Register.UsedHigh, 0],
      [Register.QueueReady, 1],
    );
  }
  registers.push([
    Register.Status,
    Status.Acknowledge | Status.Driver | Status.FeaturesOk | Status.DriverOk,
  ]);
  subject.driver.writeAll(registers);
  subject.forget();
}

/** Puts a chain, more or less right, into a queue and makes it available, or more than is there. */
export function addChain(subject: Subject, random: Random): void {
  const queue = subject.records.queue(random.below(2));
  if (!queue.ready) return;
  const { size } = queue;
  const table = offsetOf(queue.descriptors);
  const head = random.below(size);
  const large = random.once(200);
  const many = random.once(32) ? size : 1 + random.below(Math.min(size, large ? 24 : 6));
  const order = random.once(12);
  for (let n = 0, index = head; n < many; n++) {
    const last = n === many - 1;
    const next = random.once(40) ? random.below(2 * size) : (index + 1 + random.below(2)) % size;
    let flags = (last ? 0 : NEXT) | (order ? random.below(2) * WRITE : 2 * n >= many ? WRITE : 0);
    let place = address(random);
    let bytes = large ? RAM_SIZE - 8 - random.below(8) : length(random);
    if (large && !random.once(100)) place = [RAM_LOW + random.below(8), 0];
    if (random.once(40)) flags = random.word();
    if (last && random.once(4)) {
      const at = BUFFERS + random.below(RAM_SIZE - BUFFERS - 0x4800);
      const entries = addTable(subject, random, at);
      place = random.once(20) ? place : [RAM_LOW + at, 0];
      bytes = random.once(20) ? bytes : entries * 16;
      flags = INDIRECT | (random.once(20) ? random.word() : 0);
    }
    subject.describe(table + index * 16, place, bytes, flags, next);
    index = next % size;
  }
  const available = offsetOf(queue.available);
  const [low = 0, high = 0] = subject.bytes(available + 2, 2);
  const filled = low | (high << 8);
  subject.poke(available + 4 + 2 * (filled % size), random.once(40) ? random.word() : head, 2);
  subject.poke(available + 2, filled + (random.once(40) ? random.word() : 1), 2);
  if (random.once(3)) subject.poke(available, random.below(2), 2);
  if (random.once(3)) subject.poke(available + 4 + 2 * size, queue.usedNext + random.below(3), 2);
}

/** An indirect table at an offset in RAM; how many descriptors it has. */
function addTable(subject: Subject, random: Random, at: number): number {
  const entries = random.once(200) ? 1000 + random.below(60) : 1 + random.below(6);
  for (let n = 0; n < entries; n++) {
    const next = random.once(40) ? random.below(2 * entries) : n + 1;
    let flags = (n === entries - 1 ? 0 : NEXT) | (2 * n >= entries ? WRITE : 0);
    if (random.once(60)) flags = random.below(8);
    subject.describe(
      at + n * 16,
      address(random),
      entries > 6 ? n % 20 : length(random),
      flags,
      next,
    );
  }
  return entries;
}

/** Changes bytes of the rings and tables, also under requests that are held. */
export function corrupt(subject: Subject, random: Random): void {
  const queue = subject.records.queue(random.below(2));
  const places = [
    RINGS,
    offsetOf(queue.available),
    offsetOf(queue.used),
    offsetOf(queue.descriptors),
  ];
  for (let n = 1 + random.below(6); n > 0; n--) {
    const at = random.pick(places) + random.below(random.once(2) ? 8 : 0x1000);
    if (at < RINGS || at > RAM_SIZE - 4) continue;
    subject.poke(at, random.once(2) ? random.word() : random.below(300), 1 + random.below(4));
  }
}

const REGISTERS = Object.values(Register);

/** Reads and writes of registers without sense. */
export function storm(subject: Subject, random: Random): void {
  const { guest } = subject.driver;
  const accesses = Array.from({ length: 1 + random.below(12) }, () => {
    const offset = random.once(8) ? random.below(0x210) : random.pick(REGISTERS);
    const width = random.once(10) ? random.pick([1, 2, 4, 8] as const) : 4;
    const base = { address: 0x1000_1000n + BigInt(offset), width };
    if (random.once(4)) return base;
    const small = random.below(random.pick([2, 4, 16, 256]));
    const value = random.once(4) ? random.word() : small;
    return { ...base, value: BigInt(value) };
  });
  guest.storeAll(accesses);
  subject.sift();
}

/** Notifications, of queues that are there and of such as are not. */
export function notify(subject: Subject, random: Random): void {
  const queues = Array.from({ length: 1 + random.below(8) }, () =>
    random.once(6) ? random.word() : random.below(3),
  );
  subject.driver.writeAll(queues.map((queue) => [Register.QueueNotify, queue]));
}
