import { findRow } from '../../isa/table.js';

/** What instructions do, as an instruction mix counts them. */
export const INSTRUCTION_CLASSES = [
  'arithmetic',
  'multiply',
  'load',
  'store',
  'branch',
  'jump',
  'float',
  'atomic',
  'csr',
  'system',
  'fence',
  /** No instruction: illegal, or not to be read. */
  'none',
] as const;
export type InstructionClass = (typeof INSTRUCTION_CLASSES)[number];

/** An instruction, as far as a profile tells instructions apart. */
export interface InstructionKind {
  readonly class: InstructionClass;
  /** Whether it reads, or may write, memory by a virtual address. */
  readonly reads: boolean;
  readonly writes: boolean;
}

const SHAPE_CLASSES: Readonly<Record<string, InstructionClass>> = {
  load: 'load',
  floatLoad: 'load',
  store: 'store',
  branch: 'branch',
  jump: 'jump',
  jumpRegister: 'jump',
};
const EXTENSION_CLASSES: readonly (readonly [string, InstructionClass])[] = [
  ['A', 'atomic'],
  ['M', 'multiply'],
  ['F', 'float'],
  ['D', 'float'],
  ['ZICSR', 'csr'],
  ['ZIFENCEI', 'fence'],
];
const NO_INSTRUCTION: InstructionKind = { class: 'none', reads: false, writes: false };

/** @param word 32 bits, or 16 with the upper half zero; undefined if it could not be read */
export function instructionKind(word: number | undefined): InstructionKind {
  const row = word === undefined ? undefined : findRow(word);
  if (row === undefined) return NO_INSTRUCTION;
  const found = classOf(row.name, row.shape, row.extensions);
  // SC and the read-modify-write operations fault as stores do ("Store/AMO", Privileged 3.1.15).
  const reserves = row.name.startsWith('lr.');
  return {
    class: found,
    reads: found === 'load' || reserves,
    writes: found === 'store' || (found === 'atomic' && !reserves),
  };
}

function classOf(name: string, shape: string, extensions: readonly string[]): InstructionClass {
  const byShape = SHAPE_CLASSES[shape];
  if (byShape !== undefined) return byShape;
  if (name === 'fence' || name.includes('fence.')) return 'fence';
  if (/^hlvx?\./.test(name)) return 'load';
  if (/^hsv\./.test(name)) return 'store';
  const byExtension = EXTENSION_CLASSES.find(([extension]) => extensions.includes(extension));
  if (byExtension !== undefined) return byExtension[1];
  return shape === 'slow' ? 'system' : 'arithmetic';
}
