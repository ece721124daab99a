import { PAGE_SIZE } from '../../../src/core/abi.js';
import { WRITE } from '../mock-queue.js';
import { Register, Status } from '../registers.js';
import {
  check,
  completeOne,
  copyOne,
  count,
  flood,
  type Tally,
  takeOne,
  takeStarved,
} from './device-steps.js';
import { addChain, corrupt, notify, start, storm } from './driver-steps.js';
import type { Random } from './random.js';
import { BUFFERS, RAM_SIZE, RINGS, type Subject } from './subject.js';

/** One hostile driver and one back end that answers at once, late, never, or too much; then an honest one. */
export function runCase(subject: Subject, random: Random, closely: boolean, tally: Tally): void {
  subject.driver.guest.repair();
  start(subject, random);
  if (subject.records.status & Status.NeedsReset) count(tally, 'cause ring');
  if (random.once(2000)) {
    addChain(subject, random);
    flood(subject, random, tally);
  }
  for (let steps = 2 + random.below(10); steps > 0; steps--) {
    step(subject, random, closely, tally);
    // A driver whose device broke starts it anew, now and then.
    if (!(subject.records.status & Status.NeedsReset) || random.once(3)) continue;
    subject.driver.guest.repair();
    start(subject, random);
  }
  takeOne(subject, random.below(2), tally);
  if (random.once(2)) {
    while (takeOne(subject, 0, tally)) if (subject.held.length > 40) break;
    while (subject.held.length > 0 && !random.once(20)) completeOne(subject, random, tally);
  }
  const late = subject.held.slice(0, 4);
  honest(subject);
  for (const { request } of late) {
    check(!subject.slots.complete(request, 0), 'a request outlived the reset of its device');
  }
  accounts(subject, closely);
}

function step(subject: Subject, random: Random, closely: boolean, tally: Tally): void {
  const { slots, driver } = subject;
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      addChain(subject, random);
      break;
    case 4:
    case 5:
    case 6:
      takeOne(subject, random.below(2), tally);
      break;
    case 7:
      copyOne(subject, random, closely || random.once(8));
      break;
    case 8:
    case 9:
      completeOne(subject, random, tally);
      break;
    case 10:
      corrupt(subject, random);
      break;
    case 11:
      driver.guest.repair();
      storm(subject, random);
      break;
    case 12:
      driver.guest.repair();
      notify(subject, random);
      slots.doorbells();
      slots.events(0);
      break;
    case 13:
      takeStarved(subject, random, tally);
      break;
    case 14:
      slots.setConfig(0, random.below(16), new Uint8Array(random.below(8)).fill(random.below(256)));
      break;
    default:
      breakOff(subject, random, tally);
  }
}

/** The back end fails, or the driver ends a queue. */
function breakOff(subject: Subject, random: Random, tally: Tally): void {
  if (random.once(8)) {
    subject.slots.fail(0);
    count(tally, 'failed');
  } else if (random.once(4)) {
    subject.driver.guest.repair();
    subject.driver.end(random.below(3));
    subject.sift();
    count(tally, 'ended');
  }
}

const PLACE = { descriptors: RINGS, available: RINGS + 0x100, used: RINGS + 0x200 };
const LOW = 0x8000_0000;
const GOOD = Status.Acknowledge | Status.Driver | Status.FeaturesOk;

/** A driver that does everything right resets the device and is served, whatever was before. */
function honest(subject: Subject): void {
  const { driver, slots, records } = subject;
  driver.guest.repair();
  subject.poke(PLACE.available, 0, 2);
  subject.poke(PLACE.available + 2, 1, 2);
  subject.poke(PLACE.available + 4, 2, 2);
  subject.poke(PLACE.used, 0, 4);
  subject.describe(PLACE.descriptors + 32, [LOW + BUFFERS, 0], 3, 1, 1);
  subject.describe(PLACE.descriptors + 16, [LOW + BUFFERS + 0x100, 0], 2, WRITE, 0);
  subject.poke(BUFFERS, 0x030201, 3);
  driver.writeAll([
    [Register.Status, 0],
    [Register.Status, Status.Acknowledge | Status.Driver],
    [Register.DriverFeaturesSelect, 1],
    [Register.DriverFeatures, 1],
    [Register.Status, GOOD],
    [Register.QueueSelect, 0],
    [Register.QueueSize, 4],
    [Register.DescriptorsLow, LOW + PLACE.descriptors],
    [Register.AvailableLow, LOW + PLACE.available],
    [Register.UsedLow, LOW + PLACE.used],
    [Register.QueueReady, 1],
    [Register.Status, GOOD | Status.DriverOk],
    [Register.QueueNotify, 0],
  ]);
  subject.forget();
  check(records.status === (GOOD | Status.DriverOk), 'the device did not come back');
  check((slots.doorbells() & 1) === 1, 'no doorbell rang');
  check((slots.events(0).notified & 1) === 1, 'the notification was lost');
  const request = slots.take(0, 0);
  if (typeof request === 'number') throw new Error(`an honest request was not taken: ${request}`);
  check(request.prefix.join() === '1,2,3', 'an honest request has other bytes');
  check(slots.write(request, 0, Uint8Array.of(7, 8, 9)) === 2, 'an answer has another length');
  check(slots.complete(request, 2), 'an honest request was void');
  const used = subject.bytes(PLACE.used, 12).join();
  check(used === '0,0,1,0,2,0,0,0,2,0,0,0', `the used ring has ${used}`);
  check(subject.bytes(BUFFERS + 0x100, 2).join() === '7,8', 'an answer has other bytes');
  check(records.interruptStatus === 1, 'an honest driver got no interrupt');
}

/** Nothing is under way: no page is pinned, and all slabs are free. */
function accounts(subject: Subject, closely: boolean): void {
  const { records } = subject;
  check(records.pins === 0, `${records.pins} pins are left`);
  check(records.freeSlabs() === records.slabs, 'slabs are lost, or twice in their list');
  if (!closely) return;
  for (let page = 0; page < RAM_SIZE / PAGE_SIZE; page++) {
    const frame = records.frame(page);
    if (frame === 0) continue;
    const pins = records.framePins(frame);
    check(pins === 0, `page ${page} has ${pins} pins left`);
  }
}
