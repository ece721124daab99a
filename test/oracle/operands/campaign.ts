import type { Coverage } from '../coverage.js';
import type { Machine } from '../machine.js';
import type { Mismatch } from '../mismatch.js';
import { type OperandOptions, operandPrograms } from './case-stream.js';
import { compareRecords } from './comparison.js';

/** Runs every row on both machines with random operands; what differed. */
export async function compareOperands(
  [oracle, subject]: readonly [Machine, Machine],
  options: OperandOptions,
  coverage: Coverage,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (const program of operandPrograms(options)) {
    const [expected, actual] = await Promise.all([
      oracle.run(program.bytes, program.cpu),
      subject.run(program.bytes, program.cpu),
    ]);
    for (const { name } of program.cases) coverage.row(name);
    for (const [machine, { ended }] of [
      [oracle, expected],
      [subject, actual],
    ] as const) {
      if (!ended) mismatches.push({ name: 'harness', text: `a program hangs on ${machine.name}` });
    }
    mismatches.push(...compareRecords(program, expected.memory, actual.memory, coverage));
  }
  return mismatches;
}
