import { extract, FIELDS } from '../../../isa/fields.js';
import { boxed, DOUBLE, floats, integer, related, SINGLE } from '../values.js';
import {
  type Draft,
  execute,
  finish,
  has,
  loadInteger,
  type OperandCase,
  RECORD,
  register,
} from './record.js';

/** Rounding modes a program may set, and now and then one it must not (Unprivileged 20.2). */
function randomFcsr(draft: Draft): number {
  const rounding = draft.random.oneIn(16) ? draft.random.between(5, 7) : draft.random.below(5);
  // Flags stick, so most cases start without any.
  const flags = draft.random.oneIn(4) ? draft.random.below(32) : 0;
  return (rounding << 5) | flags;
}

/** Loads fcsr from the record. */
export function setFcsr(draft: Draft): void {
  const { image, pointer, temporary } = draft;
  image.set64(draft.record + RECORD.fcsrBefore, BigInt(randomFcsr(draft)));
  image.emit('ld', { rd: temporary, rs1: pointer, immI: RECORD.fcsrBefore });
  image.emit('csrrw', { rs1: temporary, csr: 3 });
}

export function storeFcsr({ image, pointer, temporary }: Draft): void {
  image.emit('csrrs', { rd: temporary, csr: 3 });
  image.emit('sd', { rs1: pointer, rs2: temporary, immS: RECORD.fcsrAfter });
}

function loadFloats(draft: Draft): void {
  const { image, random, target, expanded, pointer } = draft;
  const fields = (['fs1', 'fs2', 'fs3'] as const).filter((field) => has(target, field));
  const single = target.name.endsWith('.s') || target.name === 'fmv.x.w';
  const values = floats(random, single ? SINGLE : DOUBLE, fields.length);
  fields.forEach((field, index) => {
    const value = values[index] ?? 0n;
    const offset = RECORD.operands + 8 * index;
    image.set64(draft.record + offset, single ? boxed(random, value) : value);
    image.emit('fld', { fd: register(expanded, field), rs1: pointer, immI: offset });
  });
}

/** Computation: registers and immediates in, one register and the floating-point flags out. */
export function plainCase(draft: Draft): OperandCase {
  const { random, target, expanded } = draft;
  const float = target.extensions.some((name) => name === 'F' || name === 'D');
  if (float) setFcsr(draft);
  loadFloats(draft);
  const first = integer(random);
  if (has(target, 'rs1')) loadInteger(draft, register(expanded, 'rs1'), 0, first);
  if (has(target, 'rs2')) {
    const immediate = extract(FIELDS.immI, expanded);
    loadInteger(
      draft,
      register(expanded, 'rs2'),
      1,
      related(random, random.oneIn(16) ? BigInt(immediate) : first),
    );
  }
  const at = execute(draft);
  finish(draft);
  if (float) storeFcsr(draft);
  return { name: draft.row.name, word: draft.word, record: draft.record, at };
}
