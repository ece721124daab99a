import { beforeAll, describe, it } from 'vitest';
import type { Outcome } from './model.js';
import { type Look, Rig } from './rig.js';
import { hex, readLine, Trial } from './trial.js';

const WORLDS = 250;
const ACCESSES = 30;
const MODES = [0n, 8n, 9n, 10n];

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});

/** The model's answer in the form that hartWalk has; it looks at tables, not at what they lead to. */
function modelText({ failure, reads, guestPhysical, physical }: Outcome): string {
  if (failure === undefined || failure.level === -1) {
    return `${reads.map(readLine).join('')}  ${hex(guestPhysical ?? 0n)} is at ${hex(physical ?? 0n)}`;
  }
  const faulted = failure.type === 'guest-page' ? failure.guestPhysical : 0n;
  return `${reads.map(readLine).join('')}  cause ${failure.cause} at ${hex(faulted)}`;
}

function coreText({ cause, reads, guestPhysical, physical, faulted }: Look): string {
  const entries = reads.map(readLine).join('');
  return cause === undefined
    ? `${entries}  ${hex(guestPhysical)} is at ${hex(physical)}`
    : `${entries}  cause ${cause} at ${hex(faulted)}`;
}

describe.each([
  ['two stages', true],
  ['one stage', false],
])('a look at a walk through %s', (_, virtual) => {
  it.each(MODES.flatMap((mode) => (virtual ? MODES : [0n]).map((guest) => [mode, guest])))(
    'is the model’s, MODE %i over %i, and changes nothing',
    (mode, guestMode) => {
      for (let n = 0; n < WORLDS / (virtual ? 4 : 1) / 4; n++) {
        const seed = Number((mode ?? 0n) * 16n + (guestMode ?? 0n)) * 10_000 + n;
        const trial = new Trial(rig, seed, { virtual, mode, guestMode });
        for (let k = 0; k < ACCESSES; k++) {
          const access = { ...trial.drawAccess(), executable: false };
          const model = trial.look(access);
          trial.compare(access, 'look', coreText(rig.look(access)), modelText(model));
        }
        trial.end();
      }
    },
  );
});
