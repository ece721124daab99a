/**
 * Where a random program has its things. Code stands at RAM's first byte; with page tables it runs at `CODE_WINDOW`,
 * page by page, while RAM is also where it is.
 */
export const PAGE = 0x1000n;
export const CODE = 0x8000_0000n;
/** Two pages with the same functions and other constants; page tables put one in the other's place. */
export const TWIN = 0x8004_0000n;
export const OTHER_TWIN = TWIN + PAGE;
/** All of it, with what an instruction across the end needs. */
export const CODE_PAGES = (OTHER_TWIN + 2n * PAGE - CODE) / PAGE;

/** A page for each hart's trap handler. */
export const AREA = 0x8006_0000n;
export const SHARED = 0x8007_0000n;
/** Eight pages for each hart; programs point at their middle. */
export const DATA = 0x8008_0000n;
export const DATA_SIZE = 0x8000n;
/** 16 KiB for each hart. */
export const STACKS = 0x800c_0000n;
export const STACK_SIZE = 0x4000n;
/** The root, then the table of the middle level, then the code's leaves. */
export const TABLES = 0x8010_0000n;
export const LEAVES = TABLES + 2n * PAGE;

export const CODE_WINDOW = 0x4000_0000n;
/** Pages of virtual memory, more than a TLB's set has room for, on the frames of `WINDOW_FRAMES`. */
export const WINDOW = 0x5000_0000n;
export const WINDOW_PAGES = 64n;
export const WINDOW_STRIDE = 1024n * PAGE;
export const WINDOW_FRAMES = 0x8020_0000n;

/** `mtime` and the first hart's `msip` and `mtimecmp`. */
export const MTIME = 0x200_bff8n;
export const MSIP = 0x200_0000n;
export const MTIMECMP = 0x200_4000n;

/** a7 of an ecall that asks the handler to change the twins' page. */
export const SWAP = 0x5a;
export const MEMORY = 16 << 20;
