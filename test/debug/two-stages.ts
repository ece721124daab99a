import { assemble } from '../../isa/assembler/assemble.js';
import type { Vm } from '../../src/vm/vm.js';
import { ALL, leaf, PageTables, SV39, U, V } from '../core/page-tables.js';
import { startProgram } from './program.js';

/** Tables of the G-stage, and where guest-physical memory is, which begins at GUEST. */
export const GUEST_TABLES = 0x8010_0000n;
export const FRAMES = 0x8020_0000n;
export const GUEST = 0x1000_0000n;
const GUEST_PAGES = 32n;
/** The VS-stage's three tables by Sv39, guest-physical, and the page that they map ADDRESS to. */
export const VS_TABLES = [GUEST, GUEST + 0x1000n, GUEST + 0x2000n] as const;
export const PAGE = GUEST + 0x8000n;
export const ADDRESS = 0x2a_1b2c_33d4n;
/** Index of ADDRESS in the table of a level. */
export const indexAt = (level: number): bigint => (ADDRESS >> BigInt(12 + 9 * level)) & 511n;

const root = (mode: number, space: bigint, table: bigint): bigint =>
  (BigInt(mode) << 60n) | (space << 44n) | (table >> 12n);
export const HGATP = root(SV39, 5n, GUEST_TABLES);

const pointer = (table: bigint): bigint => ((table >> 12n) << 10n) | V;

/** A VM that stands in VU-mode behind two stages, all of it in pages of 4 KiB. */
export interface TwoStages extends AsyncDisposable {
  readonly vm: Vm;
  readonly guest: PageTables;
  /** Writes the VS-stage's entry for ADDRESS at a level. */
  readonly setEntry: (level: number, entry: bigint) => void;
  /** Writes the G-stage's entry for a guest-physical page. */
  readonly setGuestEntry: (page: bigint, entry: bigint) => void;
  readonly set: (registers: Readonly<Record<string, bigint>>) => Promise<void>;
}

/** @param mode of both stages */
export async function twoStages(mode = SV39): Promise<TwoStages> {
  const loop = assemble('j .', { origin: 0x8000_0000n });
  const started = await startProgram(loop, { cpu: 'rv64,h=on', paused: true });
  const { vm } = started;
  await vm.debugger.pause();
  const guest = new PageTables(vm.ram, GUEST_TABLES, mode);
  for (let page = 0n; page < GUEST_PAGES * 0x1000n; page += 0x1000n) {
    guest.map(GUEST + page, FRAMES + page, ALL | U);
  }
  const set: TwoStages['set'] = async (registers) => {
    for (const [name, value] of Object.entries(registers)) {
      await vm.debugger.writeRegister(0, name, value);
    }
  };
  const tableAt = (level: number) => GUEST + 0x1000n * BigInt(mode - 6 - level);
  const setEntry: TwoStages['setEntry'] = (level, entry) => {
    vm.ram.writeU64(tableAt(level) - GUEST + FRAMES + 8n * indexAt(level), entry);
  };
  for (let level = mode - 6; level > 0; level--) setEntry(level, pointer(tableAt(level - 1)));
  setEntry(0, leaf(PAGE, ALL | U));
  // All memory is open to S-mode, and no stage sets A or D by itself.
  await set({ pmpaddr0: (1n << 54n) - 1n, pmpcfg0: 0x1fn, menvcfg: 0n });
  await set({ vsatp: root(mode, 12n, GUEST), hgatp: root(mode, 5n, GUEST_TABLES) });
  await set({ priv: 0n, virt: 1n });
  return {
    vm,
    guest,
    setEntry,
    setGuestEntry: (page, entry) => {
      vm.ram.writeU64(guest.map(page, page, ALL), entry);
    },
    set,
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
