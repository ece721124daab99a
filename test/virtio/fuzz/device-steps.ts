import { VIRTIO_CAUSES, VirtioTake } from '../../../src/core/abi.js';
import { leaveFrames } from '../accounts.js';
import { EVENT_IDX } from '../registers.js';
import { expectedOf, partOf, sizeOf, wantsInterrupt, word16 } from './model.js';
import type { Random } from './random.js';
import { SLAB_FRAMES } from './records.js';
import { type Held, offsetOf, type Subject } from './subject.js';

/** How often what happened: a campaign that never gets somewhere shows it here. */
export type Tally = Map<string, number>;

export const count = (tally: Tally, what: string): void => {
  tally.set(what, (tally.get(what) ?? 0) + 1);
};

export function check(right: boolean, what: string): void {
  if (!right) throw new Error(what);
}

const MOST_PINS = 65_536;
const FRAMES_AMPLE = 4096;

/** Takes a request, compares with the model, and keeps it; false if there was none. */
export function takeOne(subject: Subject, queue: number, tally: Tally, starved = false): boolean {
  const { slots, records } = subject;
  const expected = expectedOf(subject, records, queue);
  const taken = slots.take(0, queue);
  if (taken === VirtioTake.NextTurn) {
    slots.doorbells();
    count(tally, 'next turn');
    return takeOne(subject, queue, tally, starved);
  }
  if (taken === VirtioTake.NoMemory) {
    check(starved, 'the core found no memory, though there was some');
    count(tally, 'no memory');
    return false;
  }
  if (taken === VirtioTake.Later) {
    const short = records.slabFrames === SLAB_FRAMES || records.pins > MOST_PINS / 2;
    check(short, 'the core let a request wait, though there was room');
    count(tally, 'later');
    return false;
  }
  if (taken === VirtioTake.None) {
    check(expected.kind === 'none', `the core found no request where there was ${expected.kind}`);
    const { ready, used, size, availableNext } = records.queue(queue);
    if (ready && records.features & EVENT_IDX && (records.status & 0x44) === 4) {
      const event = word16(subject, used + 4n + BigInt(8 * size));
      check(event === availableNext, 'the device did not ask for the next notification');
    }
    count(tally, 'none');
    return false;
  }
  if (taken === VirtioTake.Broken) {
    const cause = VIRTIO_CAUSES[records.cause];
    check(
      expected.kind === 'broken' && expected.cause === cause,
      `the core broke the device for ${cause}, where the model has ${JSON.stringify(expected)}`,
    );
    check((records.status & 0x40) !== 0, 'a broken device did not say so');
    count(tally, `cause ${cause}`);
    return false;
  }
  if (expected.kind !== 'chain' || typeof taken === 'number') {
    throw new Error(`the core took a request, where the model has ${JSON.stringify(expected)}`);
  }
  const { pieces, head } = expected;
  check(taken.readable === sizeOf(pieces, false), 'a request has another number of readable bytes');
  check(taken.writable === sizeOf(pieces, true), 'a request has another number of writable bytes');
  const prefix = subject.gather(pieces, false, 0, taken.prefix.length);
  check(Buffer.compare(taken.prefix, prefix) === 0, 'a request begins with other bytes');
  subject.held.push({ request: taken, queue, head, pieces });
  count(tally, 'taken');
  return true;
}

/** Takes with so few frames left on the host. */
export function takeStarved(subject: Subject, random: Random, tally: Tally): void {
  leaveFrames(subject.core, random.below(3));
  try {
    takeOne(subject, random.below(2), tally, true);
  } finally {
    leaveFrames(subject.core, FRAMES_AMPLE);
  }
}

/** As many requests as one chain, again and again, can make: to the core's own bounds. */
export function flood(subject: Subject, random: Random, tally: Tally): void {
  const { exports } = subject.core;
  const queue = random.below(2);
  const { size, ready, available } = subject.records.queue(queue);
  if (!ready) return;
  for (let taken = 0; taken < 3000; ) {
    const { availableNext } = subject.records.queue(queue);
    subject.poke(offsetOf(available) + 2, (availableNext + size) & 0xffff, 2);
    for (let n = 0; n < size; n++, taken++) {
      const address = exports.virtioTake(subject.vm, 0, queue) >>> 0;
      if (address === VirtioTake.NextTurn) exports.virtioDoorbells(subject.vm);
      if (address >= VirtioTake.NextTurn) continue;
      if (address === VirtioTake.Later) count(tally, 'flooded');
      return;
    }
  }
  throw new Error('3,000 requests were taken at once');
}

function heldOrStale(subject: Subject, random: Random): Held | undefined {
  const from = random.once(6) || subject.held.length === 0 ? subject.stale : subject.held;
  return from.length === 0 ? undefined : random.pick(from);
}

/** Reads from, or writes to, a request, also beyond its ends, also when it is void. */
export function copyOne(subject: Subject, random: Random, careful: boolean): void {
  const held = heldOrStale(subject, random);
  if (held === undefined) return;
  const { request, pieces } = held;
  const isHeld = subject.held.includes(held);
  const write = random.once(2);
  const size = write ? request.writable : request.readable;
  const offset = random.once(4) ? random.word() : random.below(size + 8);
  const wanted = random.once(16) ? 70_000 : random.below(300);
  const right = isHeld ? Math.max(0, Math.min(wanted, size - offset)) : 0;
  if (!write) {
    const into = new Uint8Array(wanted);
    check(subject.slots.read(request, offset, into) === right, 'another number of bytes was read');
    const expected = subject.gather(pieces, false, offset, right);
    check(Buffer.compare(into.subarray(0, right), expected) === 0, 'other bytes were read');
    return;
  }
  const before = careful ? subject.bytes(0, subject.size) : undefined;
  const bytes = new Uint8Array(wanted).fill(0x5a);
  check(subject.slots.write(request, offset, bytes) === right, 'another number was written');
  const part = partOf(pieces, true, offset, right);
  const written = subject.gather(part, true, 0, right);
  check(Buffer.compare(written, bytes.subarray(0, right)) === 0, 'what was written is not there');
  if (before === undefined) return;
  for (const { at, length } of part) before.fill(0x5a, at, at + length);
  check(Buffer.compare(subject.bytes(0, subject.size), before) === 0, 'something else was written');
}

/** Gives a request back, with whatever length; a void one too, or by a name that is none. */
export function completeOne(subject: Subject, random: Random, tally: Tally): void {
  const held = heldOrStale(subject, random);
  if (held === undefined) return;
  const { slots, records } = subject;
  const { request, queue, head } = held;
  // A void one's slab may be another's by now, of any later serial.
  if (random.once(8) && subject.held.includes(held)) {
    const address = random.pick([
      0,
      8,
      512,
      request.address + 512,
      request.address ^ 4,
      0xffff_fe00,
    ]);
    const serial = random.pick([0, request.serial + 1, random.word()]);
    check(!slots.complete({ ...request, serial }, 0), 'a request of another serial was completed');
    check(
      !slots.complete({ ...request, address }, 0),
      'a request of another address was completed',
    );
    return;
  }
  const index = subject.held.indexOf(held);
  const written = random.pick([0, request.writable, request.writable + 1, random.word()]);
  const before = records.queue(queue).usedNext;
  const interrupts = records.interruptStatus;
  const done = slots.complete(request, written);
  check(done === index >= 0, done ? 'a void request was completed' : 'a request was lost');
  if (!done) {
    check(records.interruptStatus === interrupts, 'a void request raised an interrupt');
    count(tally, 'void');
    return;
  }
  subject.held.splice(index, 1);
  subject.stale.push(held);
  const { usedNext, used, size } = records.queue(queue);
  check(usedNext === ((before + 1) & 0xffff), 'the used index made another step than one');
  check(word16(subject, used + 2n) === usedNext, 'the used index is not in the ring');
  const entry = subject.bytes(offsetOf(used) + 4 + 8 * (before % size), 8);
  const view = new DataView(entry.buffer);
  check(view.getUint32(0, true) === head, 'another head was given back');
  check(
    view.getUint32(4, true) === Math.min(written, request.writable),
    'the driver is told of more bytes than it has room for',
  );
  const raised = (records.interruptStatus & 1) !== 0;
  const wanted = (interrupts & 1) !== 0 || wantsInterrupt(subject, records, queue);
  check(raised === wanted, `an interrupt was ${raised ? 'raised in vain' : 'left out'}`);
  count(tally, raised ? 'answered, interrupt' : 'answered');
}
