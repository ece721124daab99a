import { numberOps } from '../ops.js';
import { FLOAT_TEMPLATES } from './float-bodies.js';
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
] as const;
export type Kind = (typeof KINDS)[number];

const JUMPS: Readonly<Record<string, Kind>> = {
  J: 'jump',
  JAL: 'jump',
  JR: 'jumpRegister',
  JALR: 'jumpRegister',
};

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
];

/** What the translator does with the op of that name (a four-byte form's), and its template if it has one. */
export function kindOf(op: string): { readonly kind: Kind; readonly template?: string } {
  for (const [kind, templates] of BY_TEMPLATE) {
    const template = templates[op];
    if (template !== undefined) return { kind, template };
  }
  return { kind: JUMPS[op] ?? RESERVATIONS[op] ?? 'none' };
}

/** The kind of each op by its number, two-byte forms like their four-byte forms. */
export function kindsByNumber(): readonly ReturnType<typeof kindOf>[] {
  const { names, firstShort } = numberOps();
  return names.map((name, number) => kindOf(number >= firstShort ? name.slice(0, -2) : name));
}
