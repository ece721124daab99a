import { A, D, G, R, U, V, W, X } from '../../test/pte-bits.js';
import { enter } from '../programs/enter.js';
import { DATA, u64 } from '../programs/program.js';

/** An Sv39 address space's tables, 1 MiB apart, and behind them the frames that windows show. */
const TABLES = DATA;
const TABLES_SIZE = 0x10_0000n;
const MOST_SPACES = 8;
export const FRAMES = DATA + BigInt(MOST_SPACES) * TABLES_SIZE;
/** Virtual pages that a program looks at its frames through begin here, in a gigabyte of their own. */
export const WINDOW = 0x1_0000_0000n;

export const SV39 = 8n;
export const PAGE = 4096n;
export const ENTRIES = 512;
export const CODE = 0x8000_0000n;
export const FINISHER = 0x10_0000n;

export const pte = (address: bigint, flags: bigint) => (address >> 2n) | flags | V;
/** How far the PTEs of neighbouring pages of this level are apart. */
export const apart = (level: number) => (PAGE >> 2n) << BigInt(9 * level);

/** What stands behind the window. */
export interface Window {
  /** Pages of 4 KiB, or with `level` 1 of 2 MiB. */
  readonly pages: number;
  readonly level?: 0 | 1;
  /** Frames they show, in turns: few, so that it is translation that costs and not the host's caches. */
  readonly frames: number;
  /** A label of a page of code that all of them show instead. */
  readonly code?: string;
}

/** For whom the tables of a space are. */
export interface Owner {
  /** How far its guest-physical addresses are above the physical ones, where a G-stage stands behind the tables. */
  readonly above?: bigint;
  /** Whether code and test finisher are U-mode's, but for the page of code with SUPERVISOR_PAGE. */
  readonly user?: boolean;
}

/** Aligns the code behind it, of at most a page, to where it stays the supervisor's in a user's space. */
export const SUPERVISOR_PAGE = '.balign 65536';
const SUPERVISOR_PAGE_AT = CODE + 0x1_0000n;

/** Code that stores `count` entries at `table`: from t2 on, `step` apart, beginning anew after `period`. */
export const fill = (table: bigint, count: number, step: bigint, period: number) => `
  li t0, ${table}
  li t1, ${count}
  li t3, ${step}
1:
  mv t4, t2
  li t5, ${period}
2:
  sd t4, 0(t0)
  addi t0, t0, 8
  add t4, t4, t3
  addi t1, t1, -1
  beqz t1, 3f
  addi t5, t5, -1
  bnez t5, 2b
  j 1b
3:`;

export const entry = (at: bigint, value: bigint) => `
  li t0, ${at}
  li t1, ${value}
  sd t1, 0(t0)`;

/**
 * M-mode code that writes the tables of an address space: code and the test finisher where they are, global, in
 * pages of 4 KiB; the window.
 */
export function buildSpace(
  index: number,
  window: Window,
  { above = 0n, user = false }: Owner = {},
): string {
  const root = TABLES + BigInt(index) * TABLES_SIZE;
  const [low, high, finisher, code, middle] = [1n, 2n, 3n, 4n, 5n].map((n) => root + n * PAGE) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const leaves = root + 16n * PAGE;
  const own = V | R | W | X | A | D;
  const to = (address: bigint, flags: bigint) => pte(address + above, flags);
  const shared = A | D | G | (user ? U : 0n);
  const level = window.level ?? 0;
  const first =
    window.code === undefined
      ? `  li t2, ${to(FRAMES, own)}`
      : `  la t2, ${window.code}
  li t0, ${above}
  add t2, t2, t0
  srli t2, t2, 2
  ori t2, t2, ${own}`;
  const tables = `
  li t2, ${to(leaves, 0n)}
${fill(middle, Math.ceil(window.pages / ENTRIES), apart(0), ENTRIES)}`;
  return `
${entry(root, to(low, 0n))}
${entry(root + 8n * 2n, to(high, 0n))}
${entry(root + 8n * (WINDOW >> 30n), to(middle, 0n))}
${entry(low, to(finisher, 0n))}
${entry(high, to(code, 0n))}
${entry(finisher + 8n * (FINISHER >> 12n), to(FINISHER, R | W | shared))}
  li t2, ${to(CODE, R | W | X | shared)}
${fill(code, ENTRIES, apart(0), ENTRIES)}
${entry(code + 8n * ((SUPERVISOR_PAGE_AT - CODE) / PAGE), to(SUPERVISOR_PAGE_AT, R | W | X | A | D | G))}
${level === 0 ? tables : ''}
${first}
${fill(level === 0 ? leaves : middle, window.pages, apart(level), window.frames)}`;
}

/** satp for the space of this index, which is its ASID less 1; vsatp with `above`. */
export const satpOf = (index: number, above = 0n): bigint =>
  (SV39 << 60n) |
  (BigInt(index + 1) << 44n) |
  ((TABLES + BigInt(index) * TABLES_SIZE + above) >> 12n);

/** M-mode code that goes on in S-mode under the tables of space 0. */
export const ENTER_SPACE = `
  li t0, ${satpOf(0)}
  csrw satp, t0
  sfence.vma
${enter('S')}`;

const STEP = 0x9e37_79b9_7f4a_7c15n;

/** M-mode code that fills the frames of a window: a word is its number, from the first frame's on, times STEP. */
export const fillFrames = (frames: number, level = 0): string => `
  li t0, ${FRAMES}
  li t1, ${FRAMES + BigInt(frames) * (PAGE << BigInt(9 * level))}
  li t2, ${STEP}
  li t3, 0
1:
  sd t3, 0(t0)
  add t3, t3, t2
  addi t0, t0, 8
  bne t0, t1, 1b`;

/** The word that a load at `offset` bytes into the window finds, which `fillFrames` stored. */
export function wordAt(offset: bigint, { frames, level = 0 }: Window): bigint {
  const size = PAGE << BigInt(9 * level);
  const frame = (offset / size) % BigInt(frames);
  return u64(((frame * size + (offset % size)) / 8n) * STEP);
}
