import { REGIMES } from '../../core/abi.js';
import { ConfigurationError, HartwoodError, SnapshotError } from '../../core/errors.js';
import type { JsonObject, JsonValue } from '../../core/json.js';
import type { BootPlan } from '../../machine/boot.js';
import { parseCpuModel } from '../../machine/cpu-model.js';
import { type Clock, realClockAt, virtualClock } from '../clock.js';
import type { MachineCounts } from '../guest-machine.js';
import type { Identity } from '../identity.js';
import type { PeripheralsState } from '../peripherals.js';
import type { ResolvedSpec } from '../spec.js';

/** What of a VM stands in the head of its snapshot, beside the sections of the core's state. */
export interface MachineRecord extends JsonObject {
  /** By which `hartwood top` shows it. */
  readonly name: string;
  readonly shape: {
    readonly memory: number;
    readonly cpus: number;
    /** As the user wrote it. */
    readonly cpu: string;
    /** A decimal number, or null. */
    readonly seed: string | null;
  };
  readonly clock: { readonly kind: 'real' | 'virtual'; readonly ticks: string };
  readonly identity: { readonly id: string; readonly hostName: string; readonly mac: string };
  readonly reboots: boolean;
  readonly console: 'serial' | 'virtio';
  readonly boot: {
    readonly entry: string;
    readonly tree: string;
    readonly machineMode: boolean;
    readonly nextStage: string | null;
    readonly symbols: readonly (readonly [name: string, address: string])[];
  };
  /** What was counted before the last reboot, its big numbers in decimal; null without one. */
  readonly before: JsonObject | null;
  readonly peripherals: PeripheralsState;
  /** In the order of the guest's drives. */
  readonly drives: readonly DriveRecord[];
}

export interface DriveRecord extends JsonObject {
  readonly size: number;
  readonly readOnly: boolean;
}

/** Areas of pages in a snapshot, besides one for each drive. */
export const MEMORY_AREA = 'memory';
export const BOOT_AREA = 'boot';
export const driveArea = (index: number) => `disk${index}`;

const COUNTED = ['steps', 'instructions', 'time'] as const;

/** @param ticks the VM's time now */
export function recordMachine(
  spec: ResolvedSpec,
  identity: Identity,
  before: MachineCounts | undefined,
  peripherals: PeripheralsState,
  ticks: bigint,
): MachineRecord {
  const { shape, plan, clock } = spec;
  return {
    name: spec.name,
    shape: {
      memory: shape.memory,
      cpus: shape.cpus,
      cpu: shape.cpu.name,
      seed: shape.seed === undefined ? null : String(shape.seed),
    },
    clock: { kind: clock.kind, ticks: String(ticks) },
    identity: { ...identity },
    reboots: spec.reboots,
    console: spec.console,
    boot: {
      entry: String(plan.entry),
      tree: String(plan.tree),
      machineMode: plan.machineMode,
      nextStage: plan.nextStage === undefined ? null : String(plan.nextStage),
      symbols: [...plan.symbols].map(([name, address]) => [name, String(address)] as const),
    },
    before: before === undefined ? null : recordCounts(before),
    peripherals,
    drives: spec.devices.drives.map(({ size, readOnly }) => ({ size, readOnly })),
  };
}

function recordCounts(counts: MachineCounts): JsonObject {
  const { exits, harts, regimes } = counts;
  const big = Object.fromEntries(COUNTED.map((name) => [name, String(counts[name])]));
  return { ...big, exits, harts, regimes };
}

/**
 * The counts that `recordMachine` wrote down.
 *
 * @throws SnapshotError
 */
export function readCounts({ before }: MachineRecord): MachineCounts | undefined {
  if (before === null) return undefined;
  const counts = structuredClone(before) as Record<string, JsonValue | bigint>;
  const { exits, harts, regimes } = before;
  const rows = isTable(regimes) ? REGIMES.map((regime) => regimes[regime]) : [undefined];
  for (const row of [exits, harts, ...rows]) {
    if (isTable(row) && Object.values(row).every(Number.isFinite)) continue;
    throw new SnapshotError('damaged', "the snapshot's machine has counts that are none");
  }
  for (const name of COUNTED) counts[name] = bigOf(before[name], name);
  return counts as unknown as MachineCounts;
}

/** Why a machine cannot go on that a snapshot holds. */
export function asRefusal(cause: unknown): HartwoodError {
  if (cause instanceof HartwoodError) return cause;
  return new SnapshotError('damaged', `the snapshot's machine cannot be: ${cause}`, { cause });
}

function isTable(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a VM is made of that goes on from a snapshot, but for its drives and its boot plan's contents. */
export type RestoredSpec = Omit<ResolvedSpec, 'devices' | 'plan'> & {
  readonly plan: Omit<BootPlan, 'load'>;
};

/**
 * Reads a record that is as it was written; whether it can be a VM is found out here.
 *
 * @throws SnapshotError for what this version does not know, or cannot be
 */
export function readRecord(record: MachineRecord): RestoredSpec {
  try {
    const { shape, boot, identity } = record;
    if (!/^[0-9a-f]{32}$/.test(identity.id)) {
      throw new SnapshotError('damaged', `the snapshot's machine has no ID: '${identity.id}'`);
    }
    if (!isTable(record.peripherals) || !record.drives.every(isTable)) {
      throw new SnapshotError('damaged', "the snapshot's machine has no peripherals, or no drives");
    }
    const seed = shape.seed === null ? {} : { seed: bigOf(shape.seed, 'seed') };
    return {
      name: record.name,
      shape: { memory: shape.memory, cpus: shape.cpus, cpu: parseCpuModel(shape.cpu), ...seed },
      clock: readClock(record),
      identity,
      reboots: record.reboots,
      console: record.console,
      plan: {
        contents: [],
        entry: bigOf(boot.entry, 'entry'),
        tree: bigOf(boot.tree, 'tree'),
        machineMode: boot.machineMode,
        symbols: new Map(boot.symbols.map(([name, address]) => [name, bigOf(address, name)])),
        functions: [],
        ...(boot.nextStage === null ? {} : { nextStage: bigOf(boot.nextStage, 'nextStage') }),
      },
    };
  } catch (cause) {
    if (cause instanceof SnapshotError) throw cause;
    const why = cause instanceof ConfigurationError ? cause.message : String(cause);
    throw new SnapshotError('version', `the snapshot's machine cannot be had here: ${why}`, {
      cause,
    });
  }
}

function readClock({ clock, shape }: MachineRecord): Clock {
  // The guest sleeps through the time between: its clock goes on where it stood.
  if (clock.kind === 'real') return realClockAt(bigOf(clock.ticks, 'ticks'));
  return virtualClock(bigOf(shape.seed ?? '0', 'seed'));
}

function bigOf(text: JsonValue | undefined, name: string): bigint {
  if (typeof text === 'string' && /^-?\d{1,40}$/.test(text)) return BigInt(text);
  throw new SnapshotError('damaged', `the snapshot's machine has no number '${name}'`);
}
