import { X_NUMBERS } from '../notation.js';
import { StatementError } from './assembly-error.js';
import { evaluate, type Scope } from './expression.js';

/** An instruction as written: mnemonic and operands. */
export interface Written {
  readonly mnemonic: string;
  readonly operands: readonly string[];
}

/**
 * Pseudo-instructions by mnemonic and number of operands: what each stands for, with `$1`, `$2`, …
 * for its operands (Unprivileged's list of assembler pseudo-instructions).
 */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'nop/0': ['addi zero,zero,0'],
  'unimp/0': ['csrrw zero,cycle,zero'],
  'mv/2': ['addi $1,$2,0'],
  'not/2': ['xori $1,$2,-1'],
  'neg/2': ['sub $1,zero,$2'],
  'negw/2': ['subw $1,zero,$2'],
  'sext.w/2': ['addiw $1,$2,0'],
  'zext.b/2': ['andi $1,$2,255'],
  'zext.w/2': ['add.uw $1,$2,zero'],
  'seqz/2': ['sltiu $1,$2,1'],
  'snez/2': ['sltu $1,zero,$2'],
  'sltz/2': ['slt $1,$2,zero'],
  'sgtz/2': ['slt $1,zero,$2'],
  'la/2': ['auipc $1,%offset_hi($2-.)', 'addi $1,$1,%offset_lo($2-.+4)'],
  'lla/2': ['auipc $1,%offset_hi($2-.)', 'addi $1,$1,%offset_lo($2-.+4)'],

  'beqz/2': ['beq $1,zero,$2'],
  'bnez/2': ['bne $1,zero,$2'],
  'blez/2': ['bge zero,$1,$2'],
  'bgez/2': ['bge $1,zero,$2'],
  'bltz/2': ['blt $1,zero,$2'],
  'bgtz/2': ['blt zero,$1,$2'],
  'bgt/3': ['blt $2,$1,$3'],
  'ble/3': ['bge $2,$1,$3'],
  'bgtu/3': ['bltu $2,$1,$3'],
  'bleu/3': ['bgeu $2,$1,$3'],
  'j/1': ['jal zero,$1'],
  'jal/1': ['jal ra,$1'],
  'call/1': ['jal ra,$1'],
  'tail/1': ['jal zero,$1'],
  'jr/1': ['jalr zero,0($1)'],
  'jalr/1': ['jalr ra,0($1)'],
  'jalr/3': ['jalr $1,$3($2)'],
  'ret/0': ['jalr zero,0(ra)'],

  'csrr/2': ['csrrs $1,$2,zero'],
  'csrw/2': ['csrrw zero,$1,$2'],
  'csrs/2': ['csrrs zero,$1,$2'],
  'csrc/2': ['csrrc zero,$1,$2'],
  'csrwi/2': ['csrrwi zero,$1,$2'],
  'csrsi/2': ['csrrsi zero,$1,$2'],
  'csrci/2': ['csrrci zero,$1,$2'],
  'rdcycle/1': ['csrrs $1,cycle,zero'],
  'rdtime/1': ['csrrs $1,time,zero'],
  'rdinstret/1': ['csrrs $1,instret,zero'],
  'frcsr/1': ['csrrs $1,fcsr,zero'],
  'fscsr/1': ['csrrw zero,fcsr,$1'],
  'fscsr/2': ['csrrw $1,fcsr,$2'],
  'frrm/1': ['csrrs $1,frm,zero'],
  'fsrm/1': ['csrrw zero,frm,$1'],
  'fsrm/2': ['csrrw $1,frm,$2'],
  'frflags/1': ['csrrs $1,fflags,zero'],
  'fsflags/1': ['csrrw zero,fflags,$1'],
  'fsflags/2': ['csrrw $1,fflags,$2'],

  ...floatTemplates('s'),
  ...floatTemplates('d'),
};

function floatTemplates(s: 's' | 'd'): Record<string, readonly string[]> {
  return {
    [`fmv.${s}/2`]: [`fsgnj.${s} $1,$2,$2`],
    [`fneg.${s}/2`]: [`fsgnjn.${s} $1,$2,$2`],
    [`fabs.${s}/2`]: [`fsgnjx.${s} $1,$2,$2`],
    [`fgt.${s}/3`]: [`flt.${s} $1,$3,$2`],
    [`fge.${s}/3`]: [`fle.${s} $1,$3,$2`],
  };
}

/** Pseudo-instructions that no row can express: whole words (Unprivileged 2.7, 2.10). */
export const FIXED_WORDS: ReadonlyMap<string, number> = new Map([
  ['fence.tso', 0x8330000f],
  ['pause', 0x0100000f],
]);

/**
 * The instructions that a pseudo-instruction stands for; anything else stands for itself.
 *
 * @throws StatementError if `li`'s value is unknown so far: its length depends on it
 */
export function expandPseudo(written: Written, scope: Scope): readonly Written[] {
  const { mnemonic, operands } = written;
  if (mnemonic === 'li') return loadImmediate(operands, scope);
  if (mnemonic === 'jalr' && X_NUMBERS.has(operands[1] ?? '') && operands.length === 2) {
    return [{ mnemonic, operands: [operands[0] ?? '', `0(${operands[1]})`] }];
  }
  const template = TEMPLATES[`${mnemonic}/${operands.length}`];
  if (template === undefined) return [written];
  return template.map((text) => {
    const [name = '', rest = ''] = text.split(' ');
    // An operand that is an expression must not regroup with what the template puts beside it.
    const fill = (part: string) =>
      part.replace(/\$(\d)/g, (_, n: string) => {
        const operand = operands[Number(n) - 1] ?? '';
        return part === `$${n}` || /^[\w.$]+$/.test(operand) ? operand : `(${operand})`;
      });
    return { mnemonic: name, operands: rest.split(',').map(fill) };
  });
}

function loadImmediate(operands: readonly string[], scope: Scope): Written[] {
  const [rd, text] = operands;
  if (rd === undefined || text === undefined || operands.length > 2) {
    throw new StatementError('li takes the operands rd,value');
  }
  const value = evaluate(text, scope);
  if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value) {
    throw new StatementError(`${value} does not fit in 64 bits`);
  }
  return constant(rd, BigInt.asIntN(64, value));
}

/** Instructions that put a signed 64-bit value into `rd`. */
function constant(rd: string, value: bigint): Written[] {
  const low = BigInt.asIntN(12, value);
  if (low === value) return [{ mnemonic: 'addi', operands: [rd, 'zero', `${value}`] }];
  if (BigInt.asIntN(32, value) === value) {
    const upper = BigInt.asUintN(20, (value - low) >> 12n);
    const lui = { mnemonic: 'lui', operands: [rd, `${upper}`] };
    // addiw, not addi: near 2^31 the sum must wrap at 32 bits.
    return low === 0n ? [lui] : [lui, { mnemonic: 'addiw', operands: [rd, rd, `${low}`] }];
  }
  let high = BigInt.asIntN(64, value - low);
  let shift = 0;
  while ((high & 1n) === 0n) {
    high >>= 1n;
    shift++;
  }
  const shifted = [...constant(rd, high), { mnemonic: 'slli', operands: [rd, rd, `${shift}`] }];
  return low === 0n ? shifted : [...shifted, { mnemonic: 'addi', operands: [rd, rd, `${low}`] }];
}
