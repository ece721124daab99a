import type { Core } from '../../../src/core/core.js';
import { Machine } from '../../core/machine.js';
import { A, ALL, D, G, PageTables, R, U, V, W, X } from '../../core/page-tables.js';
import {
  CODE,
  CODE_PAGES,
  CODE_WINDOW,
  DATA,
  MEMORY,
  PAGE,
  TABLES,
  WINDOW,
  WINDOW_FRAMES,
  WINDOW_PAGES,
  WINDOW_STRIDE,
} from './layout.js';
import type { TranslateProgram } from './program.js';

/** The frames behind the window. */
const FRAMES = 8n;

/** A machine before the first instruction of a program. */
export async function machineFor(program: TranslateProgram, core: Core): Promise<Machine> {
  const { code, data, harts, mode, paged } = program;
  const machine = await Machine.create(code, { core, harts, memory: MEMORY });
  machine.ram.write(DATA, data);
  if (!paged) return machine;
  const user = mode === 'U' ? U : 0n;
  const tables = new PageTables(machine.ram, TABLES);
  // First of all, so that its leaves are where changes of the tables expect them.
  for (let page = 0n; page < CODE_PAGES; page += 1n) {
    tables.map(CODE_WINDOW + page * PAGE, CODE + page * PAGE, ALL | user);
  }
  tables.map(0n, 0n, V | R | W | A | D | G | user, 2);
  tables.map(0x8000_0000n, 0x8000_0000n, ALL | G | user, 2);
  for (let page = 0n; page < WINDOW_PAGES; page += 1n) {
    // Some have still to be accessed or written; that is the hardware's affair, or a fault's.
    const bits = page % 5n === 0n ? V | R | W | X : page % 3n === 0n ? ALL & ~D : ALL;
    const frame = WINDOW_FRAMES + (page % FRAMES) * PAGE;
    tables.map(WINDOW + page * WINDOW_STRIDE, frame, bits | user);
  }
  return machine;
}
