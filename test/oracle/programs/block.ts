/**
 * RAM of a chain of random programs: the harness, then one block for each program.
 *
 * ```
 * page 0   data, DATA_PAGES of them; a guard; two landing pages, full of returns
 * page 8   page tables, from the root of Sv57 down
 * page 24  what the M-mode handler logged; page 26: what the S-mode handler logged
 * page 28  registers and CSRs at the program's end; page 29: those at its start
 * page 30  code, up to the block's end
 * ```
 */
export const PAGE = 4096;
export const HARNESS_SIZE = 0x2_0000;
export const BLOCK_SIZE = 0x2_0000;

export const DATA_PAGES = 5;
export const LANDING = 6 * PAGE;
export const LANDING_SIZE = 2 * PAGE;
export const TABLES = 8 * PAGE;
export const MACHINE_LOG = 24 * PAGE;
export const SUPERVISOR_LOG = 26 * PAGE;
export const LOG_SIZE = 2 * PAGE;
export const DUMP = 28 * PAGE;
export const START = 29 * PAGE;
export const CODE = 30 * PAGE;
/** The instruction that ends a program: the handlers know it by the low 16 bits of its address. */
export const END = BLOCK_SIZE - 4;

/** One trap in a log. */
export const LOG_FIELDS = ['cause', 'epc', 'tval', 'status'] as const;
export const LOG_ENTRY = 8 * LOG_FIELDS.length;

/** CSRs that a program starts with, in the order in which the harness writes them; mstatus follows. */
export const START_CSRS = [
  ...['mie', 'medeleg', 'mideleg', 'menvcfg', 'stimecmp', 'mip', 'senvcfg'],
  ...['mcounteren', 'scounteren'],
  // A locked entry's address could not be written any more.
  ...Array.from({ length: 16 }, (_, n) => `pmpaddr${n}`),
  ...['pmpcfg0', 'pmpcfg2'],
  ...['satp', 'mtvec', 'stvec', 'sepc', 'scause', 'stval', 'mepc', 'mcause', 'mtval', 'fcsr'],
] as const;

/** CSRs that are written to the dump at the end. */
export const DUMP_CSRS = [
  ...['mstatus', 'mie', 'mip', 'medeleg', 'mideleg', 'menvcfg', 'senvcfg', 'mcounteren'],
  ...['scounteren', 'satp', 'stvec', 'sepc', 'scause', 'stval', 'mscratch', 'sscratch', 'fcsr'],
  ...['pmpcfg0', 'pmpcfg2', ...Array.from({ length: 16 }, (_, n) => `pmpaddr${n}`)],
] as const;

/** Places of the registers in both pages, and of the board's timers in the start page. */
export const X_OFFSET = 0;
export const F_OFFSET = 256;
export const CSR_OFFSET = 512;
export const MSIP_OFFSET = 1024;
export const MTIMECMP_OFFSET = 1032;
