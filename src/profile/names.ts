import type { CodeSymbol } from '../machine/elf-symbols.js';
import { type FunctionShare, MODES, type Mode, type Profile } from './profile.js';
import type { Symbols } from './symbol-file.js';
import { SymbolTable } from './symbol-table.js';
import type { Tally } from './tally.js';

/** Rows of a profile's functions; more would be told apart by nobody. */
const MOST_FUNCTIONS = 1000;
export const OTHERS = '[others]';
const PAGE_MASK = 0xfffn;
/** Code of Linux outside of its image, in modules and what its BPF compiler makes. */
const MODULES = '[kernel modules]';
const UPPER_HALF = 1n << 63n;

/** What names the code of a guest. */
export interface NameSources {
  /** A file that was given for that; goes first. */
  readonly file: Symbols | undefined;
  /** A bare program or firmware. */
  readonly program: readonly CodeSymbol[];
  /** A Linux that was found in RAM. */
  readonly kernel: () => Symbols | undefined;
}

/** Names of code by privilege and address. */
class Names {
  readonly source: Profile['symbols'];
  readonly #program: SymbolTable;
  readonly #main: SymbolTable;
  readonly #isLinux: boolean;

  constructor({ file, program, kernel }: NameSources, wantsKernel: boolean) {
    const found = file === undefined && wantsKernel ? kernel() : undefined;
    this.#main = new SymbolTable((file ?? found)?.functions ?? []);
    this.#program = new SymbolTable(program);
    this.#isLinux = (file ?? found)?.addresses.has('init_task') ?? false;
    if (file !== undefined) this.source = 'file';
    else if (found !== undefined) this.source = 'kallsyms';
    else this.source = program.length > 0 ? 'program' : null;
  }

  of(mode: Mode, pc: bigint): string {
    // Addresses of a guest's guest are of other code.
    const isOwn = mode !== 'VS' && mode !== 'VU';
    const symbol = isOwn ? (this.#main.find(pc) ?? this.#program.find(pc)) : undefined;
    if (symbol !== undefined) return symbol.name;
    if (mode === 'S' && this.#isLinux && pc >= UPPER_HALF) return MODULES;
    return `[0x${(pc & ~PAGE_MASK).toString(16)}]`;
  }
}

/** The functions of a tally, and where their names are from. */
export function nameFunctions(
  tally: Tally,
  sources: NameSources,
): Pick<Profile, 'functions' | 'symbols'> {
  const { places, userProcesses, samples } = tally;
  const names = new Names(sources, places.S.size > 0);
  const rows: FunctionShare[] = [];
  const add = (mode: Mode, counts: Iterable<readonly [string, number]>) => {
    for (const [name, count] of counts) {
      rows.push({ name, mode, samples: count, share: count / samples });
    }
  };
  for (const mode of MODES) {
    const byName = new Map<string, number>();
    for (const [pc, count] of places[mode]) {
      const name = names.of(mode, pc);
      byName.set(name, (byName.get(name) ?? 0) + count);
    }
    add(mode, byName);
  }
  add(
    'U',
    [...userProcesses].map(([name, count]) => [`[process ${name}]`, count] as const),
  );
  rows.sort((a, b) => b.samples - a.samples);
  for (const mode of MODES) {
    const rest = rows.slice(MOST_FUNCTIONS).filter((row) => row.mode === mode);
    const count = rest.reduce((sum, row) => sum + row.samples, 0);
    if (count > 0) add(mode, [[OTHERS, count]]);
  }
  const others = rows.filter(({ name }) => name === OTHERS);
  const functions =
    rows.length > MOST_FUNCTIONS ? [...rows.slice(0, MOST_FUNCTIONS), ...others] : rows;
  return { functions, symbols: names.source };
}
