import { extract, FIELDS } from '../../../isa/fields.js';
import { encode, known } from '../code.js';
import {
  CSR_RULES,
  type CsrRule,
  isUncompared,
  legalPmpConfiguration,
  ruleOf,
} from '../deviations.js';
import { integer } from '../values.js';
import {
  type Draft,
  draft,
  execute,
  finish,
  loadInteger,
  type OperandCase,
  RECORD,
  register,
  type Setting,
  withField,
} from './record.js';

const ALL = (1n << 64n) - 1n;

/** CSRs that a straight program in M-mode may be given any allowed value without losing its way. */
const SAFE = CSR_RULES.filter((rule) => rule.safe);

/** A CSR access; the CSR is read back afterwards. */
export function csrCase(draft: Draft, rules: readonly CsrRule[] = SAFE): OperandCase {
  const { image, random, row, pointer, temporary } = draft;
  const rule = random.pick(rules);
  let word = withField(draft.word, 'csr', rule.number);
  // A refused access leaves the destination as it was, so that must be known.
  if (register(word, 'rd') !== 0) image.emit('addi', { rd: register(word, 'rd') });
  const clears = row.name.startsWith('csrrc');
  if (row.name.endsWith('i')) {
    word = withField(
      word,
      'zimm',
      Number(allowed(BigInt(extract(FIELDS.zimm, word)), rule, clears)),
    );
  } else {
    loadInteger(draft, register(word, 'rs1'), 0, allowed(integer(random), rule, clears));
  }
  const at = execute({ ...draft, word });
  finish({ ...draft, expanded: word });
  image.emit('csrrs', { rd: temporary, csr: rule.number });
  image.emit('sd', { rs1: pointer, rs2: temporary, immS: RECORD.extra });
  // Later cases want their floating-point registers.
  image.emit('lui', { rd: temporary, immU: 6 });
  image.emit('csrrs', { rs1: temporary, csr: 0x300 });
  return {
    name: row.name,
    word,
    record: draft.record,
    at,
    masks: { destination: rule.compare, extra: rule.compare },
  };
}

/** Bits that would end the program's control over itself stay clear. */
function allowed(value: bigint, { name, write }: CsrRule, clears: boolean): bigint {
  return name.startsWith('pmpcfg') ? legalPmpConfiguration(value & write, clears) : value & write;
}

/** WFI with an interrupt pending and enabled but globally masked: it falls through. */
export function waitCase(draft: Draft): OperandCase {
  const { image, temporary } = draft;
  image.emit('addi', { rd: temporary, immI: 0x80 });
  image.emit('csrrs', { rs1: temporary, csr: 0x304 });
  return { name: draft.row.name, word: draft.word, record: draft.record, at: execute(draft) };
}

/** A read of any CSR number: does it exist here, and what does it say? */
export function csrNumberCase(
  setting: Setting,
  number: number,
  name: string,
  record: number,
  compare = ruleOf(number)?.compare ?? (isUncompared(number) ? 0n : ALL),
): OperandCase {
  const { image } = setting;
  const word = encode('csrrs', { rd: setting.random.between(1, 31), csr: number });
  const started = draft(setting, known('csrrs'), word, record);
  image.emit('addi', { rd: register(word, 'rd') });
  const at = execute(started);
  finish(started);
  return { name, word, record, at, masks: { destination: compare, extra: 0n } };
}
