import { extract, FIELDS } from '../../../isa/fields.js';
import { ORIGIN } from '../code.js';
import { boxed, float, integer, SINGLE } from '../values.js';
import {
  type Draft,
  execute,
  finish,
  has,
  loadInteger,
  type OperandCase,
  RECORD,
  register,
  SCRATCH_SIZE,
} from './record.js';

/** Bytes that a load, store or atomic operation touches. */
export function accessSize(name: string): number {
  const width = name.match(/^(?:f?[ls]|lr\.|sc\.|amo\w+\.)([bhwd])u?$/)?.[1];
  const size = { b: 1, h: 2, w: 4, d: 8 }[width ?? ''];
  if (size === undefined) throw new Error(`${name} is no access to memory`);
  return size;
}

/** Loads, stores and atomic operations on the record's scratch memory, often misaligned. */
export function memoryCase(draft: Draft): OperandCase {
  const { image, random, target, expanded, pointer } = draft;
  const size = accessSize(target.name);
  const atomic = target.extensions.includes('A');
  const exact = target.name.startsWith('sc') || !random.oneIn(atomic ? 8 : 3);
  const place = random.below(SCRATCH_SIZE - 2 * size);
  const offset = RECORD.scratch + (exact ? place & -size : place);
  for (let i = RECORD.scratch; i < RECORD.size; i += 8)
    image.set64(draft.record + i, integer(random));

  const immediate = has(target, 'immI')
    ? extract(FIELDS.immI, expanded)
    : has(target, 'immS')
      ? extract(FIELDS.immS, expanded)
      : 0;
  if (has(target, 'fs2')) {
    const value = target.name === 'fsw' ? boxed(random, float(random, SINGLE)) : random.u64();
    image.set64(draft.record + RECORD.operands + 16, value);
    image.emit('fld', { fd: register(expanded, 'fs2'), rs1: pointer, immI: RECORD.operands + 16 });
  }
  if (has(target, 'rs2')) loadInteger(draft, register(expanded, 'rs2'), 1, integer(random));
  const base = register(expanded, 'rs1');
  loadInteger(draft, base, 0, BigInt(ORIGIN + draft.record + offset - immediate));
  // Without a reservation SC fails, with one it succeeds: both must be seen.
  if (target.name.startsWith('sc') && base !== 0 && random.oneIn(2)) {
    image.emit(target.name.replace('sc', 'lr'), { rd: draft.temporary, rs1: base });
    image.emit('sd', { rs1: pointer, rs2: draft.temporary, immS: RECORD.extra });
  }
  const at = execute(draft);
  finish(draft);
  return { name: draft.row.name, word: draft.word, record: draft.record, at };
}
