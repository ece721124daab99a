import { CSR_NUMBERS } from '../../isa/csrs.js';
import { F_NAMES, X_NAMES } from '../../isa/notation.js';
import { type HartCounter, HartRegister, REGIMES, type RegimeCounter } from '../core/abi.js';
import type { Core } from '../core/core.js';

/**
 * What engines count alike, however budgets are cut. The TLB is part of the machine: when it misses shows in
 * page tables, and these tell it before. When an entry of a global page is taken over into another context is an
 * engine's own affair.
 */
const COUNTERS: readonly HartCounter[] = [
  ...(['steps', 'unretired', 'exceptions', 'interrupts'] as const),
  ...(['missRead', 'missWrite', 'missFetch'] as const),
  ...(['tableReads', 'guestTableReads'] as const),
];
/** The same by regime. */
const REGIME_COUNTS: readonly (readonly [name: string, regime: number, which: RegimeCounter])[] =
  REGIMES.flatMap((regime, number) =>
    (['steps', 'missRead', 'missWrite', 'missFetch', 'traps'] as const).map(
      (which) => [`${which}.${regime}`, number, which] as const,
    ),
  );

const REGISTERS: readonly (readonly [name: string, number: number])[] = [
  ...X_NAMES.map((name, n) => [name, n] as const),
  ...F_NAMES.map((name, n) => [name, HartRegister.F + n] as const),
  ['pc', HartRegister.Pc],
  ['priv', HartRegister.Privilege],
  ['virt', HartRegister.Virtualized],
];
const CSRS = [...CSR_NUMBERS];

/** What a hart's values are called, in their order: registers, CSRs, counters, and what it is at. */
export const HART_NAMES: readonly string[] = [
  ...REGISTERS.map(([name]) => name),
  ...CSRS.map(([name]) => name),
  ...COUNTERS,
  ...REGIME_COUNTS.map(([name]) => name),
  'activity',
];

/** All of a hart but its memory, by `HART_NAMES`; a CSR that the hart lacks is 0. */
export type HartState = readonly bigint[];

/** A VM at one step, but for memory and consoles. */
export interface MachineState {
  readonly steps: bigint;
  /** Ticks of `mtime`. */
  readonly time: bigint;
  /** The earliest timer that is set; -1 without one. */
  readonly deadline: bigint;
  /** How it ended, in words; empty while it has not. */
  readonly end: string;
  readonly harts: readonly HartState[];
}

/** Reads all of a hart. */
export function hartState(core: Core, vm: number, hart: number): HartState {
  const { exports } = core;
  return [
    ...REGISTERS.map(([, number]) => core.register(vm, hart, number)),
    ...CSRS.map(([, number]) => BigInt.asUintN(64, exports.hartCsr(vm, hart, number))),
    ...COUNTERS.map((name) => core.counter(vm, hart, name)),
    ...REGIME_COUNTS.map(([, regime, which]) => core.regimeCounter(vm, hart, regime, which)),
    BigInt(exports.hartActivity(vm, hart)),
  ];
}

/** A value of a hart by its name. */
export function valueIn(hart: HartState | undefined, name: string): bigint {
  return hart?.[HART_NAMES.indexOf(name)] ?? 0n;
}
