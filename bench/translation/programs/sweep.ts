import { type GuestProgram, u64 } from '../../programs/program.js';
import { buildGuestSpace, ENTER_GUEST_SPACE } from '../guest-space.js';
import { buildSpace, ENTER_SPACE, fillFrames, WINDOW, type Window, wordAt } from '../space.js';

/** A page and a cache line: the lines looked at are not all of one set of the host's caches. */
const STRIDE = 4096 + 64;

interface Sweep {
  readonly name: string;
  readonly window: Window;
  /** Bytes of the window that are gone through. */
  readonly bytes: number;
  /** How often a pass does that. */
  readonly rounds: number;
  /** Whether it is done in VS-mode, behind a G-stage. */
  readonly guest?: boolean;
}

/** Loads and stores back a word in each page of the window, one after the other. */
function sweep({ name, window, bytes, rounds, guest = false }: Sweep): GuestProgram {
  const looks = Math.floor(bytes / STRIDE);
  let sum = 0n;
  for (let i = 0; i < looks; i++) sum += wordAt(BigInt(i * STRIDE), window);
  return {
    name,
    expected: u64(sum * BigInt(rounds)),
    work: { each: 2 * looks * rounds, unit: 'M/s' },
    hypervisor: guest,
    setup: `
${fillFrames(window.frames, window.level)}
${guest ? buildGuestSpace(window) + ENTER_GUEST_SPACE : buildSpace(0, window) + ENTER_SPACE}`,
    pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${WINDOW + BigInt(looks * STRIDE)}
  li a4, ${rounds}
1:
  li a1, ${WINDOW}
2:
  ld t0, 0(a1)
  add a0, a0, t0
  sd t0, 0(a1)
  add a1, a1, a2
  bne a1, a3, 2b
  addi a4, a4, -1
  bnez a4, 1b`,
  };
}

const PAGE = 4096;

const HIT: Omit<Sweep, 'name'> = {
  window: { pages: 512, frames: 64 },
  bytes: 512 * PAGE,
  rounds: 64,
};
const MISS: Omit<Sweep, 'name'> = {
  window: { pages: 8192, frames: 64 },
  bytes: 8192 * PAGE,
  rounds: 1,
};

/** Accesses to 512 pages, which the TLB holds. */
export const hit = sweep({ name: 'hit', ...HIT });

/** Accesses to 8,192 pages: each look at a page walks three tables for the load, and again for the store. */
export const miss = sweep({ name: 'miss', ...MISS });

/** The same by 16 pages of 2 MiB: two tables. */
export const superpage = sweep({
  name: 'superpage',
  window: { pages: 16, level: 1, frames: 1 },
  bytes: 8192 * PAGE,
  rounds: 1,
});

/** `hit` in VS-mode. */
export const guestHit = sweep({ name: 'vs-hit', ...HIT, guest: true });

/** `miss` in VS-mode: a walk reads three entries of the guest's tables, and for each and its result three of the G-stage's. */
export const guestMiss = sweep({ name: 'vs-miss', ...MISS, guest: true });
