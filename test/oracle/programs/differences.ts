import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { CSR_RULES, INTERRUPTS_IN_ANY_ORDER, STATUS_COMPARED } from '../deviations.js';
import {
  BLOCK_SIZE,
  CSR_OFFSET,
  DATA_PAGES,
  DUMP,
  DUMP_CSRS,
  F_OFFSET,
  LOG_ENTRY,
  LOG_FIELDS,
  LOG_SIZE,
  MACHINE_LOG,
  PAGE,
  SUPERVISOR_LOG,
  TABLES,
  X_OFFSET,
} from './block.js';

const ALL = (1n << 64n) - 1n;
const LOGS = { machine: MACHINE_LOG, supervisor: SUPERVISOR_LOG } as const;

type Log = keyof typeof LOGS;

/** What two machines left in a block, where it differs; traps first, as they tell most. */
export function differences(oracle: Uint8Array, subject: Uint8Array, block: number): string[] {
  const same = Buffer.from(oracle.buffer, oracle.byteOffset + block, BLOCK_SIZE).equals(
    Buffer.from(subject.buffer, subject.byteOffset + block, BLOCK_SIZE),
  );
  if (same) return [];
  const [want, have] = [viewOf(oracle, block), viewOf(subject, block)];
  const found: string[] = [];
  for (const log of ['machine', 'supervisor'] as const)
    found.push(...logDifference(want, have, log));
  for (let at = 0; at < BLOCK_SIZE; at += 8) {
    if (at >= MACHINE_LOG && at < SUPERVISOR_LOG + LOG_SIZE) continue;
    const mask = maskOf(at);
    const [expected, actual] = [want, have].map((view) => view.getBigUint64(at, true) & mask);
    if (expected !== actual)
      found.push(`${nameOf(at)}: ${hex(actual)}, the oracle says ${hex(expected)}`);
  }
  return found;
}

/** The causes that a program's handlers logged. */
export function trapCauses(memory: Uint8Array, block: number, only?: Log): bigint[] {
  const view = viewOf(memory, block);
  return (['machine', 'supervisor'] as const)
    .filter((log) => only === undefined || log === only)
    .flatMap((log) => entries(view, log).map(([cause = 0n]) => cause));
}

function viewOf(memory: Uint8Array, block: number): DataView {
  return new DataView(memory.buffer, memory.byteOffset + block, BLOCK_SIZE);
}

/** Entries of a log up to the first empty one: no trap's epc is 0. */
function entries(view: DataView, log: Log): bigint[][] {
  const found: bigint[][] = [];
  for (let at = LOGS[log]; at < LOGS[log] + LOG_SIZE; at += LOG_ENTRY) {
    const entry = LOG_FIELDS.map((_, i) => view.getBigUint64(at + 8 * i, true));
    if (entry.every((value) => value === 0n)) break;
    found.push(entry);
  }
  return INTERRUPTS_IN_ANY_ORDER ? interruptsSorted(found) : found;
}

/** Interrupts that arrive at one instruction, one after the other, by cause. */
function interruptsSorted(log: readonly bigint[][]): bigint[][] {
  const sorted = log.slice();
  // Few arrive at once: insertion is enough.
  for (let n = 1; n < sorted.length; n++) {
    for (let i = n; i > 0; i--) {
      const [before, after] = [sorted[i - 1], sorted[i]];
      if (before === undefined || after === undefined || !together(before, after)) break;
      sorted[i - 1] = after;
      sorted[i] = before;
    }
  }
  return sorted;
}

/** Whether two interrupts of one place stand in the wrong order. */
function together([cause = 0n, epc]: bigint[], [nextCause = 0n, nextEpc]: bigint[]): boolean {
  return cause >> 63n === 1n && nextCause >> 63n === 1n && epc === nextEpc && nextCause < cause;
}

/** The first trap that differs, with the one before. */
function logDifference(want: DataView, have: DataView, log: Log): string[] {
  const [expected, actual] = [entries(want, log), entries(have, log)];
  const length = Math.max(expected.length, actual.length);
  for (let n = 0; n < length; n++) {
    const same = LOG_FIELDS.every((name, i) => {
      const mask = name === 'status' ? STATUS_COMPARED : ALL;
      return ((expected[n]?.[i] ?? ~0n) & mask) === ((actual[n]?.[i] ?? ~0n) & mask);
    });
    if (!same)
      return [`${log} trap ${n}: ${tell(actual[n])}, the oracle says ${tell(expected[n])}`];
  }
  return [];
}

function tell(entry: readonly bigint[] | undefined): string {
  if (entry === undefined) return 'none';
  return LOG_FIELDS.map((name, i) => `${name} ${hex(entry[i])}`).join(' ');
}

function dumpedCsr(at: number): string | undefined {
  return at >= DUMP + CSR_OFFSET ? DUMP_CSRS[(at - DUMP - CSR_OFFSET) / 8] : undefined;
}

function maskOf(at: number): bigint {
  const name = dumpedCsr(at);
  if (name === undefined || at >= DUMP + PAGE) return ALL;
  return CSR_RULES.find((rule) => rule.number === CSR_NUMBERS.get(name))?.compare ?? ALL;
}

function nameOf(at: number): string {
  if (at >= DUMP && at < DUMP + PAGE) {
    const register = (at - DUMP - X_OFFSET) / 8;
    if (at < DUMP + F_OFFSET) return `x${register}`;
    if (at < DUMP + CSR_OFFSET) return `f${register - F_OFFSET / 8}`;
    return dumpedCsr(at) ?? 'dump';
  }
  if (at < DATA_PAGES * PAGE) return `data +0x${at.toString(16)}`;
  if (at >= TABLES && at < MACHINE_LOG)
    return `page table ${(at - TABLES) >> 12} entry ${(at & 0xfff) / 8}`;
  return `block +0x${at.toString(16)}`;
}

function hex(value: bigint | undefined): string {
  return value === undefined ? 'nothing' : `0x${value.toString(16)}`;
}
