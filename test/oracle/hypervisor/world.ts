/**
 * RAM of a run: the harness, then worlds. A world is a hypervisor's memory: page tables of both stages, data,
 * and a list of operations with a log entry for each.
 *
 * ```
 * page 0    header: operations, CSRs at the start; page 1: CSRs at the end
 * page 2    code: the VS-mode handler, then a stub for each operation
 * page 4    tables of the G-stage: three roots of four pages each, then the lower levels
 * page 20   tables of the VS-stage, from the root of Sv57 down
 * page 28   data: a guard, DATA_PAGES pages, a guard
 * page 36   operations; page 41: log
 * ```
 */
export const PAGE = 4096;
export const HARNESS_SIZE = 0x1_0000;
export const WORLD_SIZE = 0x4_0000;

export const HEADER = 0;
export const DUMP = PAGE;
export const CODE = 2 * PAGE;
export const G_TABLES = 4 * PAGE;
export const VS_TABLES = 20 * PAGE;
export const DATA = 28 * PAGE;
/** Pages that operations address; one more on either side takes what crosses. */
export const DATA_PAGES = 6;
export const OPERATIONS = 36 * PAGE;
export const LOG = 42 * PAGE;

/** Operations of a world, at most. */
export const OPERATIONS_MOST = 320;

/** Where the stub of an operation begins; the handler has the first place. */
export const STUB_SIZE = 16;
export const stubOffset = (operation: number) => CODE + STUB_SIZE * (operation + 1);

/** An operation, in dwords. */
export const OPERATION_FIELDS = [
  ...['entry', 'back', 'mstatus', 'hstatus', 'vsstatus', 'address', 'value', 'way'],
] as const;
/** How an operation's mode is entered; M-mode by a jump, in its virtual machine's name with MPV set. */
export const WAY = { mret: 0, sret: 1, machine: 2, virtualMachine: 3 } as const;
export const OPERATION_SIZE = 8 * OPERATION_FIELDS.length;

/** What is logged after each operation: CSRs by name, and x10, the result. */
export const LOG_FIELDS = [
  ...['mcause', 'mepc', 'mtval', 'mtval2', 'mtinst', 'mstatus', 'hstatus'],
  ...['scause', 'sepc', 'stval', 'htval', 'htinst'],
  ...['vsstatus', 'vscause', 'vsepc', 'vstval', 'result', 'value'],
] as const;
export type LogField = (typeof LOG_FIELDS)[number];
export const LOG_ENTRY = 8 * LOG_FIELDS.length;

/** CSRs that a world starts with, in the order in which the harness writes them. */
export const START_CSRS = [
  ...['menvcfg', 'henvcfg', 'senvcfg', 'medeleg', 'mideleg', 'hedeleg', 'hideleg'],
  ...['mcounteren', 'hcounteren', 'scounteren', 'mie', 'hie', 'hvip', 'mip', 'htimedelta'],
  ...['satp', 'hgatp', 'vsatp', 'stvec', 'vstvec', 'sscratch', 'vsscratch', 'vsie'],
  ...['stimecmp', 'vstimecmp', 'hgeie'],
] as const;
export type StartCsr = (typeof START_CSRS)[number];

/** CSRs that are dumped at the end of a world. */
export const DUMP_CSRS: readonly string[] = [
  // menvcfg may be new, and henvcfg not yet (see deviations).
  ...START_CSRS.filter((name) => name !== 'mip' && name !== 'henvcfg'),
  ...['sie', 'hip', 'vsip', 'mstatus'],
];
/** Places in the header. */
export const COUNT_OFFSET = 0;
export const CSR_OFFSET = 64;
