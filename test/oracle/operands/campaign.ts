import { disassemble } from '../../../isa/disassembler.js';
import { hasExtensions } from '../../../isa/extensions.js';
import { ROWS } from '../../../isa/table.js';
import { ORIGIN } from '../code.js';
import type { Coverage } from '../coverage.js';
import { COMPARED } from '../cpu.js';
import type { Machine } from '../machine.js';
import type { Mismatch } from '../mismatch.js';
import { Random } from '../random.js';
import { illegalWord } from './illegal.js';
import { LOG_ENTRY, type OperandProgram, ProgramBuilder } from './program.js';
import { type OperandCase, RECORD } from './record.js';

/** Rows that take control away from a straight program in M-mode; the random programs have them. */
const ELSEWHERE = new Set(['mret', 'sret']);

export interface OperandOptions {
  readonly seed: number;
  /** Cases of each row. */
  readonly count: number;
  /** Only rows with this name. */
  readonly only?: string | undefined;
}

/** Runs every row on both machines with random operands; what differed. */
export async function compareOperands(
  [oracle, subject]: readonly [Machine, Machine],
  { seed, count, only }: OperandOptions,
  coverage: Coverage,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (const program of programs(seed, count, only)) {
    const [expected, actual] = await Promise.all([
      oracle.run(program.bytes),
      subject.run(program.bytes),
    ]);
    for (const { name } of program.cases) coverage.row(name);
    for (const [machine, { ended }] of [
      [oracle, expected],
      [subject, actual],
    ] as const) {
      if (!ended) mismatches.push({ name: 'harness', text: `a program hangs on ${machine.name}` });
    }
    mismatches.push(...compare(program, expected.memory, actual.memory, coverage));
  }
  return mismatches;
}

function* programs(seed: number, count: number, only?: string): Generator<OperandProgram> {
  let builder = new ProgramBuilder();
  for (const [stream, row] of ROWS.entries()) {
    if (ELSEWHERE.has(row.name) || (only !== undefined && row.name !== only)) continue;
    // Each row has a stream of its own, so that `only` repeats its cases.
    const random = new Random(seed, stream);
    for (let i = 0; i < count; i++) {
      if (hasExtensions(COMPARED, row.extensions)) builder.add(row, random);
      else builder.addIllegal((random.u32() & ~row.mask) | row.match);
      if (builder.full) {
        yield builder.finish();
        builder = new ProgramBuilder();
      }
    }
  }
  if (only === undefined || only === 'illegal') {
    const random = new Random(seed, ROWS.length);
    for (let i = 0; i < 4 * count; i++) {
      builder.addIllegal(illegalWord(random));
      if (builder.full) {
        yield builder.finish();
        builder = new ProgramBuilder();
      }
    }
  }
  yield builder.finish();
}

const ALL = (1n << 64n) - 1n;
const TRAP_FIELDS = ['cause', 'epc', 'tval', 'status'] as const;

function compare(
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
  const end = Number(memory.getBigUint64(program.stateOffset + 16, true)) - ORIGIN;
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
