import {
  HART_COUNTERS,
  REGIME_COUNTERS,
  REGIMES,
  type Regime,
  type RegimeCounter,
} from '../core/abi.js';
import { EXIT_NAMES, type ExitName } from '../core/exit-reason.js';
import type { MachineCounts, RegimeCounts } from '../vm/guest-machine.js';
import { guestExits, regimeFigures } from '../vm/regime-figures.js';
import type { RunPhase } from '../vm/run-observer.js';
import type { TranslationFigures } from '../vm/translation-figures.js';
import { INSTRUCTION_CLASSES } from './instruction-class.js';
import { type NameSources, nameFunctions } from './names.js';
import { type DeviceShare, MODES, type Mode, type Profile, type TlbUse } from './profile.js';
import type { Tally } from './tally.js';

/** What a profile is made of. */
export interface ProfileParts {
  readonly engine: string;
  readonly interval: number;
  readonly tally: Tally;
  readonly began: MachineCounts;
  readonly ended: MachineCounts;
  /** Returns of the core that only the profiler caused. */
  readonly cuts: Readonly<Record<Regime, number>>;
  readonly phases: Readonly<Record<RunPhase, number>>;
  readonly devices: readonly DeviceShare[];
  readonly translation: TranslationFigures | null;
  readonly names: NameSources;
}

/** Standard errors on each side that hold 95 of 100 results. */
const CONFIDENCE = 1.96;

export function makeProfile(parts: ProfileParts): Profile {
  const { tally, began, ended, cuts } = parts;
  const { samples } = tally;
  const share = (count: number) => (samples === 0 ? 0 : count / samples);
  const steps = Number(ended.steps - began.steps);
  const harts = ended.harts;
  const counted = (name: keyof typeof harts) => harts[name] - began.harts[name];
  const risen = Object.fromEntries(
    HART_COUNTERS.map((name) => [name, counted(name)]),
  ) as MachineCounts['harts'];
  const branches = tally.classes.get('branch') ?? 0;
  return {
    format: 1,
    engine: parts.engine,
    interval: parts.interval,
    samples,
    steps,
    instructions: Number(ended.instructions - began.instructions),
    exceptions: counted('exceptions'),
    interrupts: counted('interrupts'),
    error: samples === 0 ? 1 : Math.min(1, (CONFIDENCE * 0.5) / Math.sqrt(samples)),
    ...nameFunctions(tally, parts.names),
    processes: processesOf(tally),
    modes: modesOf(tally.harts, share),
    harts: tally.harts.map((modes) => ({
      share: share(MODES.reduce((sum, mode) => sum + modes[mode], 0)),
      modes: modesOf([modes], share),
    })),
    mix: Object.fromEntries(
      [...INSTRUCTION_CLASSES, 'interrupt' as const].map((name) => [
        name,
        share(tally.classes.get(name) ?? 0),
      ]),
    ) as Profile['mix'],
    branchesTaken: branches === 0 ? null : tally.branchesTaken / branches,
    exits: exitsOf(began, ended, cuts),
    tlb: {
      reads: tlbUse(share(tally.reads) * steps, counted('missRead')),
      writes: tlbUse(share(tally.writes) * steps, counted('missWrite')),
      fetches: tlbUse(share(tally.pageEntries) * steps, counted('missFetch')),
      detours: {
        global: counted('missGlobal'),
        refill: counted('missRefill'),
        misaligned: counted('missMisaligned'),
        mmio: counted('missMmio'),
        code: counted('missCode'),
      },
    },
    regimes: regimesOf(began.regimes, ended.regimes, cuts),
    guestExits: guestExits(risen),
    tableReads: { firstStage: risen.tableReads, guestStage: risen.guestTableReads },
    host: {
      seconds: Object.values(parts.phases).reduce((sum, seconds) => sum + seconds, 0),
      phases: parts.phases,
      devices: parts.devices,
      translation: parts.translation,
    },
  };
}

function tlbUse(estimate: number, misses: number): TlbUse {
  // Misses are counted, so there were as many accesses at least.
  const accesses = Math.max(Math.round(estimate), misses);
  return { accesses, misses, hitRate: accesses === 0 ? null : 1 - misses / accesses };
}

function modesOf(
  harts: readonly Readonly<Record<Mode, number>>[],
  share: (count: number) => number,
): Record<Mode, number> {
  return byMode((mode) => share(harts.reduce((sum, hart) => sum + hart[mode], 0)));
}

function byMode<Value>(of: (mode: Mode) => Value): Record<Mode, Value> {
  return Object.fromEntries(MODES.map((mode) => [mode, of(mode)])) as Record<Mode, Value>;
}

/** What was counted in each mode between two times. */
function regimesOf(
  began: RegimeCounts,
  ended: RegimeCounts,
  cuts: Readonly<Record<Regime, number>>,
): Profile['regimes'] {
  const risen = structuredClone(ended) as Record<Regime, Record<RegimeCounter, number>>;
  for (const regime of REGIMES) {
    for (const name of REGIME_COUNTERS) risen[regime][name] -= began[regime][name];
    risen[regime].exits -= cuts[regime];
  }
  const figures = regimeFigures(risen);
  // Both are in the same order.
  return byMode((mode) => figures[REGIMES[MODES.indexOf(mode)] ?? 'machine']);
}

function exitsOf(
  began: MachineCounts,
  ended: MachineCounts,
  cuts: Readonly<Record<Regime, number>>,
): Record<ExitName, number> {
  const exits = {} as Record<ExitName, number>;
  for (const name of EXIT_NAMES) exits[name] = ended.exits[name] - began.exits[name];
  exits.budget -= Object.values(cuts).reduce((sum, count) => sum + count, 0);
  return exits;
}

/** None if no process was ever known. */
function processesOf(tally: Tally): Profile['processes'] {
  const { processes, samples } = tally;
  if ([...processes.keys()].every((name) => name === undefined)) return [];
  return [...processes]
    .map(([name, count]) => ({ name: name ?? null, samples: count, share: count / samples }))
    .sort((a, b) => b.samples - a.samples);
}
