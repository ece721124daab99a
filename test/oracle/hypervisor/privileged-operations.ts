import type { Random } from '../random.js';
import { isVirtual, MODES, type Mode, MPV, PRIVILEGE, SPP, SPV } from './operation.js';
import { privileged } from './privileged.js';
import type { WorldBuilder } from './world-builder.js';

/** Something that a mode may or may not do. */
export function addPrivileged(world: WorldBuilder): void {
  const { random } = world;
  const mode = random.pick(['M', 'HS', 'U', 'VS', 'VS', 'VU', 'VU'] as const);
  const { words, mstatus, hstatus, compare, returns } = privileged(random, mode);
  const status = world.statusOf(mode);
  status.mstatus |= mstatus;
  status.hstatus |= hstatus;
  if (returns === undefined) {
    world.add({ mode, words, ...status, compare });
    return;
  }
  world.add({ mode, words, ...status, back: lead(random, returns, mode, status) });
}

/** Makes xRET lead to a mode; which. Where it may not be used, it does not matter. */
function lead(
  random: Random,
  name: 'mret' | 'sret',
  mode: Mode,
  status: { mstatus: bigint; hstatus: bigint; vsstatus: bigint },
): Mode {
  if (name === 'mret') {
    const next = random.pick(MODES);
    if (mode !== 'M') return mode;
    status.mstatus &= ~((3n << 11n) | MPV);
    status.mstatus |= PRIVILEGE[next] << 11n;
    // With MPP = M there is nothing virtual (Privileged 15.6.4).
    if (isVirtual(next) || (next === 'M' && random.oneIn(2))) status.mstatus |= MPV;
    return next;
  }
  if (mode === 'VS') return status.vsstatus & SPP ? 'VS' : 'VU';
  if (mode !== 'HS' && mode !== 'M') return mode;
  const supervisor = (status.mstatus & SPP) !== 0n;
  if (status.hstatus & SPV) return supervisor ? 'VS' : 'VU';
  return supervisor ? 'HS' : 'U';
}
