import { disassemble } from '../../../isa/disassembler.js';
import { ORIGIN } from '../code.js';
import type { Coverage } from '../coverage.js';
import type { Mismatch } from '../mismatch.js';
import { LOG_ENTRY, logEnd } from './harness.js';
import type { OperandProgram } from './program.js';
import { type OperandCase, RECORD } from './record.js';

const ALL = (1n << 64n) - 1n;
const TRAP_FIELDS = ['cause', 'epc', 'tval', 'status'] as const;

/** What two machines left of a program's records and trap log, where it differs. */
export function compareRecords(
  program: OperandProgram,
  expected: Uint8Array,
  actual: Uint8Array,
  coverage: Coverage,
): Mismatch[] {
  const [oracle, subject] = [expected, actual].map(
    (bytes) => new DataView(bytes.buffer, bytes.byteOffset),
  ) as [DataView, DataView];
  const mismatches: Mismatch[] = [];
  const byAddress = new Map(program.cases.map((one) => [ORIGIN + one.at, one]));

  const traps = readTraps(program, oracle);
  const ours = readTraps(program, subject);
  const all = new Set([...traps.keys(), ...ours.keys()]);
  for (const trap of traps.values()) coverage.cause(trap[0] ?? 0n);
  for (const epc of all) {
    const [want, have] = [traps.get(epc), ours.get(epc)];
    const one = byAddress.get(Number(epc));
    if (want?.every((value, i) => value === have?.[i])) continue;
    mismatches.push({
      name: one?.name ?? 'harness',
      text: `${describe(one, program)}: trap ${tellTrap(have)}, the oracle says ${tellTrap(want)}`,
    });
  }
  for (const one of program.cases) {
    const differences = recordDifferences(one, oracle, subject);
    if (differences.length > 0) {
      mismatches.push({
        name: one.name,
        text: `${describe(one, program)}: ${differences.join('; ')}`,
      });
    }
  }
  return mismatches;
}

/** Traps by epc; FS and SD are left out of the status. */
function readTraps(program: OperandProgram, memory: DataView): Map<bigint, bigint[]> {
  const end = logEnd(memory);
  const traps = new Map<bigint, bigint[]>();
  for (let at = program.logOffset; at < Math.min(end, memory.byteLength); at += LOG_ENTRY) {
    const entry = TRAP_FIELDS.map((_, i) => memory.getBigUint64(at + 8 * i, true));
    traps.set(entry[1] ?? 0n, entry);
  }
  return traps;
}

function recordDifferences(one: OperandCase, oracle: DataView, subject: DataView): string[] {
  const differences: string[] = [];
  for (let offset = 0; offset < RECORD.size; offset += 8) {
    const mask =
      offset === RECORD.destination
        ? (one.masks?.destination ?? ALL)
        : offset === RECORD.extra
          ? (one.masks?.extra ?? ALL)
          : ALL;
    const want = oracle.getBigUint64(one.record + offset, true) & mask;
    const have = subject.getBigUint64(one.record + offset, true) & mask;
    if (want !== have)
      differences.push(`${nameOf(offset)} ${hex(have)}, the oracle says ${hex(want)}`);
  }
  return differences;
}

function nameOf(offset: number): string {
  if (offset >= RECORD.scratch) return `memory +${offset - RECORD.scratch}`;
  const names: Record<number, string> = {
    [RECORD.destination]: 'destination',
    [RECORD.fcsrAfter]: 'fcsr',
    [RECORD.way]: 'way',
    [RECORD.extra]: 'read back',
  };
  return names[offset] ?? `operand ${offset / 8}`;
}

function describe(one: OperandCase | undefined, program: OperandProgram): string {
  if (one === undefined) return 'a trap in the harness';
  const view = new DataView(program.bytes.buffer);
  const inputs = [0, 8, 16, RECORD.fcsrBefore].map((offset) =>
    hex(view.getBigUint64(one.record + offset, true)),
  );
  const text = disassemble(one.word, BigInt(ORIGIN + one.at));
  return `${one.name} ${one.word.toString(16)} \`${text}\` (operands ${inputs.slice(0, 3).join(' ')}, fcsr ${inputs[3]})`;
}

function tellTrap(trap: readonly bigint[] | undefined): string {
  if (trap === undefined) return 'none';
  return TRAP_FIELDS.map((name, i) => `${name} ${hex(trap[i] ?? 0n)}`).join(' ');
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
