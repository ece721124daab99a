import { Machine, type MachineOptions } from './machine.js';
import { ALL, G, PageTables, SV39 } from './page-tables.js';
import { enter, OFF, START, TO_MACHINE, TRAP_LOG } from './program-parts.js';

/** Where the tests' page tables stand, and second ones for another address space. */
export const TABLES = 0x8010_0000n;
export const OTHER_TABLES = 0x8018_0000n;
/** RAM for the pages that the tests map. */
export const FRAMES = 0x8020_0000n;

/** satp for the tables at `root`. */
export const satpFor = (root: bigint, asid = 0, mode = SV39): bigint =>
  (BigInt(mode) << 60n) | (BigInt(asid) << 44n) | (root >> 12n);

export interface TranslatedOptions extends MachineOptions {
  readonly mode?: number;
  readonly asid?: number;
  /** M-mode code before S-mode begins: CSRs to set. */
  readonly setup?: string;
  /** Code and data behind the program, for labels to point at. */
  readonly tail?: string;
}

/**
 * A machine that runs `body` in S-mode under the tables at TABLES, then powers off; RAM is mapped
 * where it is, by global gigapages. Traps are logged; the tables are there to be added to.
 */
export async function translated(
  body: string,
  options: TranslatedOptions = {},
): Promise<{ machine: Machine; tables: PageTables }> {
  const mode = options.mode ?? SV39;
  const machine = await Machine.create(
    `
    ${START}
    ${options.setup ?? ''}
    li t0, ${satpFor(TABLES, options.asid, mode)}
    csrw satp, t0
    ${enter('S')}
    ${body}
    ${TO_MACHINE}
    ${OFF}
    ${options.tail ?? ''}
    ${TRAP_LOG}`,
    options,
  );
  return { machine, tables: spaceAt(machine, TABLES, mode) };
}

/** An address space whose RAM is mapped where it is. */
export function spaceAt(machine: Machine, root: bigint, mode = SV39): PageTables {
  const tables = new PageTables(machine.ram, root, mode);
  tables.map(0x8000_0000n, 0x8000_0000n, ALL | G, 2);
  return tables;
}
