/** The baseline's virtio is the core's: whatever a driver and a back end do, both find the same. */
import { expect, it } from 'vitest';
import { tsEngine } from '../../../bench/baseline/engine.js';
import { VIRTIO_CAUSES } from '../../../src/core/abi.js';
import { wasmEngine } from '../../../src/core/wasm-engine.js';
import { coreModule } from '../../core/machine.js';
import { testedTranslation } from '../../tested-translation.js';
import { Random } from '../fuzz/random.js';
import { HostileDriver } from './hostile.js';
import { Twin } from './twin.js';

const SEED = 20260401;
const CASES = 500;

/** The back end reads, writes and gives back one of the last requests, which may be void. */
function answer(twin: Twin, random: Random): string {
  if (twin.taken === 0) return 'no answer';
  const last = random.once(4) ? 12 : 3;
  const which = twin.taken - 1 - random.below(Math.min(twin.taken, last));
  const offset = random.once(3) ? random.below(600) : 0;
  const length = random.once(30) ? 70_000 : random.below(400);
  const bytes = new Uint8Array(length).fill(1 + random.below(255));
  twin.both('what is read', (side) => {
    const into = new Uint8Array(length);
    const done = side.slots.read(twin.request(side, which), offset, into);
    return { done, sum: into.reduce((sum, byte) => (31 * sum + byte) | 0, 0) };
  });
  const figure = random.pick([0, 1, length, random.word()]);
  const { completed } = twin.both('an answer', (side) => {
    const request = twin.request(side, which);
    const written = side.slots.write(request, offset, bytes);
    return { written, completed: side.slots.complete(request, figure) };
  });
  return completed ? 'answered' : 'void';
}

function step(twin: Twin, driver: HostileDriver, random: Random): string {
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return twin.take(random.below(3)) ? 'taken' : 'not taken';
    case 3:
    case 4:
      return answer(twin, random);
    case 5:
      driver.store();
      return 'stored';
    case 6:
      driver.notify();
      return 'notified';
    case 7: {
      if (random.once(3)) {
        driver.end();
        return 'ended';
      }
      const offset = random.below(16);
      const changed = twin.both('a change of the configuration', ({ slots }) =>
        slots.setConfig(0, offset, Uint8Array.of(1, 2, 3)),
      );
      if (random.once(6)) twin.both('a failure', ({ slots }) => slots.fail(0));
      return changed ? 'configured' : 'not configured';
    }
    default:
      driver.add();
      return 'added';
  }
}

it(`random drivers and back ends, seed ${SEED}, find the same device in both engines`, async () => {
  const twin = await Twin.create([
    wasmEngine(await coreModule(), 'wasm', testedTranslation()),
    tsEngine,
  ]);
  const causes = new Set<string>();
  const tally = new Map<string, number>();
  const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
  for (let index = 0; index < CASES; index++) {
    const random = new Random(SEED, index);
    const driver = new HostileDriver(twin, random);
    driver.start();
    for (let steps = 4 + random.below(16); steps > 0; steps--) count(step(twin, driver, random));
    while (twin.take(0)) count('taken');
    while (!random.once(4)) count(answer(twin, random));
    causes.add(twin.both('events', ({ slots }) => slots.events(0)).cause);
    if (index % 4 === 0) twin.compare();
  }
  twin.compare();
  const all = ['taken', 'not taken', 'answered', 'void', 'added', 'stored', 'notified', 'ended'];
  for (const what of [...all, 'configured', 'not configured']) {
    expect(tally.get(what) ?? 0, what).toBeGreaterThan(20);
  }
  for (const cause of VIRTIO_CAUSES) if (cause !== 'none') expect(causes).toContain(cause);
});
