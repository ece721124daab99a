import { numberOps } from '../ops.js';
import {
  FLOAT_EXACT_TEMPLATES,
  FLOAT_RTZ_TEMPLATES,
  FLOAT_SAME_TEMPLATES,
  FLOAT_TEMPLATES,
} from './float-bodies.js';
import {
  ATOMIC_TEMPLATES,
  CONDITION_TEMPLATES,
  INTEGER_TEMPLATES,
  LOAD_TEMPLATES,
  STORE_TEMPLATES,
} from './integer-bodies.js';

/**
 * The classifier: what the translator does with an op, for discovery and emission alike. Ops of kind `none` end a
 * region: the interpreter executes them.
 */
export const KINDS = [
  'none',
  'result',
  'load',
  'store',
  'branch',
  'jump',
  'jumpRegister',
  'atomic',
  'loadReserved',
  'storeConditional',
  'float',
  'csr',
  'floatExact',
] as const;
export type Kind = (typeof KINDS)[number];

const JUMPS: Readonly<Record<string, Kind>> = {
  J: 'jump',
  JAL: 'jump',
  JR: 'jumpRegister',
  JALR: 'jumpRegister',
};

const CSRS: Readonly<Record<string, Kind>> = Object.fromEntries(
  ['CSRRW', 'CSRRS', 'CSRRC', 'CSRRWI', 'CSRRSI', 'CSRRCI'].map((op) => [op, 'csr']),
);

const RESERVATIONS: Readonly<Record<string, Kind>> = {
  LR_W: 'loadReserved',
  LR_D: 'loadReserved',
  SC_W: 'storeConditional',
  SC_D: 'storeConditional',
};

const BY_TEMPLATE: readonly (readonly [Kind, Readonly<Record<string, string>>])[] = [
  ['result', INTEGER_TEMPLATES],
  ['load', LOAD_TEMPLATES],
  ['store', STORE_TEMPLATES],
  ['branch', CONDITION_TEMPLATES],
  ['atomic', ATOMIC_TEMPLATES],
  ['float', FLOAT_TEMPLATES],
  ['floatExact', FLOAT_EXACT_TEMPLATES],
];

/** What the translator does with an op. */
export interface Classified {
  readonly kind: Kind;
  /** Of kind `float`, it holds only where the word's rm is RNE (0) or dynamic (7). */
  readonly template?: string;
  /** The template where rm is RTZ (1). */
  readonly rtz?: string;
  /** The template where rs1 and rs2 are the same register. */
  readonly same?: string;
}

/** What the translator does with the op of that name (a four-byte form's). */
export function kindOf(op: string): Classified {
  for (const [kind, templates] of BY_TEMPLATE) {
    const template = templates[op];
    if (template === undefined) continue;
    const rtz = FLOAT_RTZ_TEMPLATES[op];
    const same = FLOAT_SAME_TEMPLATES[op];
    return { kind, template, ...(rtz && { rtz }), ...(same && { same }) };
  }
  return { kind: JUMPS[op] ?? RESERVATIONS[op] ?? CSRS[op] ?? 'none' };
}

/** The kind of each op by its number, two-byte forms like their four-byte forms. */
export function kindsByNumber(): readonly Classified[] {
  const { names, firstShort } = numberOps();
  return names.map((name, number) => kindOf(number >= firstShort ? name.slice(0, -2) : name));
}
