import type { GuestProgram } from '../../programs/program.js';
import { buildGuestSpace, ENTER_GUEST_SPACE } from '../guest-space.js';
import { buildSpace, ENTER_SPACE, WINDOW } from '../space.js';

const STRIDE = 4096 + 64;
const JUMP = 64;

/** A page of code that many virtual pages show: at each of its lines, a jump into the next page and line. */
const LINES = Array.from(
  { length: 4096 / JUMP },
  () => `
.balign ${JUMP}
  addi a0, a0, 1
  add a1, a1, a2
  bgeu a1, a3, 1f
  jr a1
1:
  ret`,
).join('');

interface Jumps {
  readonly name: string;
  /** The first page of the window that is jumped into, and how many. */
  readonly from: number;
  readonly pages: number;
  /** How often a pass goes through them. */
  readonly rounds: number;
  /** Whether it is done in VS-mode, behind a G-stage. */
  readonly guest?: boolean;
}

/** Jumps from page to page. */
function jumps({ name, from, pages, rounds, guest = false }: Jumps): GuestProgram {
  // As many of a round as strides fit.
  const each = Math.floor((pages * 4096) / STRIDE);
  const begin = WINDOW + BigInt(from * 4096);
  const window = { pages: from + pages, frames: 1, code: 'fetch_page' };
  return {
    name,
    expected: BigInt(each * rounds),
    work: { each: each * rounds, unit: 'M/s' },
    hypervisor: guest,
    setup: guest
      ? buildGuestSpace(window) + ENTER_GUEST_SPACE
      : buildSpace(0, window) + ENTER_SPACE,
    pass: `
  li a0, 0
  li a2, ${STRIDE}
  li a3, ${begin + BigInt(each * STRIDE)}
  li a4, ${rounds}
1:
  li a1, ${begin}
  jalr a1
  addi a4, a4, -1
  bnez a4, 1b`,
    routines: `
.balign 4096
fetch_page:
${LINES}
.balign 4096`,
  };
}

/** Twice what the TLB holds for fetches. */
const MANY = { from: 0, pages: 2048, rounds: 4 };
/** Half of what it holds, and none that contends with the loop's own page. */
const FEW = { from: 64, pages: 512, rounds: 64 };

/** Jumps through more pages than the TLB holds for fetches. */
export const fetchMiss = jumps({ name: 'fetch-miss', ...MANY });

/** Jumps through pages that the TLB holds. */
export const fetchHit = jumps({ name: 'fetch-hit', ...FEW });

/** `fetch-hit` in VS-mode. */
export const guestFetchHit = jumps({ name: 'vs-fetch-hit', ...FEW, guest: true });

/** `fetch-miss` in VS-mode. */
export const guestFetchMiss = jumps({ name: 'vs-fetch-miss', ...MANY, guest: true });
