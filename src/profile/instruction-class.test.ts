import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { ROWS } from '../../isa/table.js';
import { instructionKind } from './instruction-class.js';

const kindOf = (source: string) => {
  const { bytes } = assemble(source);
  return instructionKind(bytes.reduceRight((word, byte) => word * 256 + byte, 0));
};

it.each<[source: string, found: string, access: string]>([
  ['add a0, a1, a2', 'arithmetic', ''],
  ['c.addi a0, 1', 'arithmetic', ''],
  ['lui a0, 1', 'arithmetic', ''],
  ['cpop a0, a1', 'arithmetic', ''],
  ['mulw a0, a1, a2', 'multiply', ''],
  ['divu a0, a1, a2', 'multiply', ''],
  ['ld a0, 0(a1)', 'load', 'r'],
  ['fld fa0, 0(a1)', 'load', 'r'],
  ['c.lwsp a0, 0(sp)', 'load', 'r'],
  ['sb a0, 0(a1)', 'store', 'w'],
  ['fsd fa0, 0(a1)', 'store', 'w'],
  ['bne a0, a1, 8', 'branch', ''],
  ['jal ra, 8', 'jump', ''],
  ['c.jr ra', 'jump', ''],
  ['fadd.d fa0, fa1, fa2', 'float', ''],
  ['fmv.x.d a0, fa0', 'float', ''],
  ['lr.d a0, (a1)', 'atomic', 'r'],
  ['sc.w a0, a2, (a1)', 'atomic', 'w'],
  ['amoadd.d a0, a2, (a1)', 'atomic', 'w'],
  ['csrrw a0, mscratch, a1', 'csr', ''],
  ['ecall', 'system', ''],
  ['mret', 'system', ''],
  ['wfi', 'system', ''],
  ['fence rw,rw', 'fence', ''],
  ['fence.i', 'fence', ''],
  ['sfence.vma a0, a1', 'fence', ''],
])('%s is %s', (source, found, access) => {
  const { class: kind, reads, writes } = kindOf(source);
  expect([kind, `${reads ? 'r' : ''}${writes ? 'w' : ''}`]).toEqual([found, access]);
});

it('every instruction of the table has a class', () => {
  const without = ROWS.filter((row) => instructionKind(row.match).class === 'none');
  // Some patterns with all operands 0 are reserved encodings.
  const reserved = without.filter((row) => row.except.length > 0);
  expect(without).toEqual(reserved);
});

it('what is no instruction has none', () => {
  expect(instructionKind(undefined).class).toBe('none');
  expect(instructionKind(0).class).toBe('none');
});
