import { extract, FIELDS, type FieldName, fieldWidth } from '../../../isa/fields.js';
import { expand, findRow } from '../../../isa/table.js';
import { ORIGIN } from '../code.js';
import { integer, related } from '../values.js';
import {
  type Draft,
  execute,
  fieldsOf,
  finish,
  has,
  loadInteger,
  type OperandCase,
  RECORD,
  register,
  withField,
} from './record.js';

/** Most jumps are short; the farthest that still let thousands of cases fit. */
const FAR = 1 << 14;

/** Bytes between the stub before a backward jump and the jump, at least. */
const PREAMBLE = 40;

/** A displacement that the field can hold and that leaves room for the case's own code. */
function displacement(draft: Draft, width: number): number {
  const { random, row } = draft;
  const limit = Math.min(2 ** (width - 1), random.oneIn(50) ? 2 ** 20 : FAR);
  const least = row.length + 8;
  const magnitude = Math.floor(least * (limit / least) ** (random.u32() / 2 ** 32)) & -2;
  if (random.oneIn(12)) return row.length;
  if (random.oneIn(2) && magnitude + PREAMBLE < limit) return -(magnitude + PREAMBLE);
  return Math.max(least, Math.min(magnitude, limit - 2));
}

/** The displacement field among the row's operands; jumps to registers have none. */
function targetField(draft: Draft): FieldName | undefined {
  return fieldsOf(draft.row).find((name) => FIELDS[name].kind === 'target');
}

/** A register other than the case's own for which way control went. */
function mark(draft: Draft, way: 1 | 2): void {
  draft.image.emit('addi', { rd: draft.temporary, immI: way });
}

/**
 * Branches and jumps, near and far, forward and backward, taken or not:
 *
 * ```
 * backward:  j over; target: way = 2; j end; …; over: operands; JUMP; way = 1; j end; end: store
 * forward:   operands; JUMP; way = 1; j end; …; target: way = 2; end: store
 * ```
 */
export function controlCase(initial: Draft): OperandCase {
  const { image, random, pointer, temporary } = initial;
  const field = targetField(initial);
  const width = field === undefined ? 16 : fieldWidth(FIELDS[field]);
  // Without C the code stays aligned, and half of the targets are not.
  const off = !initial.compressed && random.oneIn(2) ? 2 : 0;
  const distance = displacement(initial, width) & (initial.compressed ? -2 : -4);
  let draft = initial;
  if (field !== undefined) {
    const word = withField(initial.word, field, distance + off);
    if (findRow(word) !== initial.row)
      throw new Error(`${initial.row.name}: no displacement ${distance}`);
    draft = { ...initial, word, expanded: expand(initial.row, word) };
  }
  const { target, expanded, row } = draft;

  let endOfBackward: number | undefined;
  let stub = 0;
  if (distance < 0) {
    const over = image.at;
    image.at += 4;
    stub = image.at;
    mark(draft, 2);
    endOfBackward = image.at;
    image.at += 4;
    // Pads so that the jump, behind its operands, comes out where the displacement says.
    const operands = operandBytes(draft);
    image.at = stub - distance - operands;
    image.jumpHere(over);
  }
  const start = image.at;
  if (target.name === 'jalr') {
    const jump = start + operandBytes(draft);
    const immediate = extract(FIELDS.immI, expanded);
    // The sum's lowest bit is dropped (Unprivileged 2.5.1).
    const odd = random.oneIn(3) ? 1 : 0;
    loadInteger(
      draft,
      register(expanded, 'rs1'),
      0,
      BigInt(ORIGIN + jump + distance + off + odd - immediate),
    );
  } else {
    const first = integer(random);
    const second = random.oneIn(4) ? first : related(random, first);
    if (has(target, 'rs1')) loadInteger(draft, register(expanded, 'rs1'), 0, first);
    if (has(target, 'rs2')) loadInteger(draft, register(expanded, 'rs2'), 1, second);
  }
  const at = execute(draft);
  mark(draft, 1);
  const end = image.at;
  image.at += 4;
  if (distance > row.length) {
    image.at = at + distance;
    mark(draft, 2);
  }
  image.jumpHere(end);
  if (endOfBackward !== undefined) image.jumpHere(endOfBackward);
  image.emit('sd', { rs1: pointer, rs2: temporary, immS: RECORD.way });
  finish(draft);
  return { name: row.name, word: draft.word, record: draft.record, at };
}

/** Bytes of the loads before the jump; those of x0 are left out. */
function operandBytes({ target, expanded }: Draft): number {
  return (['rs1', 'rs2'] as const)
    .filter((name) => has(target, name) && register(expanded, name) !== 0)
    .map(() => 4)
    .reduce((sum, bytes) => sum + bytes, 0);
}
