import type { ExtensionName } from '../extensions.js';
import type { FieldName } from '../fields.js';
import { type Expansion, holding, type Pattern, pattern, type Row } from '../row.js';
import { BASE } from './base.js';
import { DOUBLE } from './double.js';

const TARGETS = new Map([...BASE, ...DOUBLE].map((row) => [row.name, row]));

const SP = 2;
const RA = 1;

/** A 16-bit row; tier, shape and op are those of the instruction it expands to. */
function short(
  name: string,
  operands: string,
  parts: Parameters<typeof pattern>[0],
  to: string,
  fields: Expansion['fields'] = {},
  except: readonly Pattern[] = [],
): Row {
  const target = TARGETS.get(to);
  if (target === undefined) throw new Error(`${name} expands to ${to}, which is no instruction`);
  const extensions: ExtensionName[] = ['C', ...target.extensions.filter((e) => e !== 'I')];
  return {
    ...target,
    name: `c.${name}`,
    extensions,
    length: 2,
    ...pattern(parts),
    except,
    operands,
    expands: { name: to, fields },
  };
}

/** A load or store: `base` and `data` are fields or register numbers. */
function memory(
  name: string,
  parts: Parameters<typeof pattern>[0],
  data: FieldName,
  offset: FieldName,
  base: FieldName | typeof SP,
): Row {
  const to = name.replace(/sp$/, '');
  const operands = `${data},${offset}(${base === SP ? 'sp' : base})`;
  const float = to.startsWith('f');
  const fields = /s[wd]$/.test(to)
    ? { [float ? 'fs2' : 'rs2']: data, immS: offset, rs1: base }
    : { [float ? 'fd' : 'rd']: data, immI: offset, rs1: base };
  // The stack forms of integer loads reserve rd = x0.
  const reserved = data === 'c.rd' ? [holding('c.rd', 0)] : [];
  return short(name, operands, parts, to, fields, reserved);
}

/** `op rd', rs2'` */
function pair(name: string, c12: number, c5: number): Row {
  const fields = { rd: 'c.high', rs1: 'c.high', rs2: 'c.low' } as const;
  return short(name, 'c.high,c.low', { quadrant: 1, cf3: 4, c12, c10: 3, c5 }, name, fields);
}

/** `op rd', amount` */
function shift(name: string, c10: number): Row {
  const fields = { rd: 'c.high', rs1: 'c.high', shamt6: 'c.shamt' } as const;
  return short(name, 'c.high,c.shamt', { quadrant: 1, cf3: 4, c10 }, name, fields);
}

function branch(name: string, cf3: number, to: string): Row {
  const fields = { rs1: 'c.high', rs2: 0, immB: 'c.branch' } as const;
  return short(name, 'c.high,c.branch', { quadrant: 1, cf3 }, to, fields);
}

/**
 * C for RV64, with the double-precision loads and stores where D is on (Unprivileged, chapter "C").
 * Reserved encodings are excepted; HINTs execute as the nothing that their expansion does.
 */
export const COMPRESSED: readonly Row[] = [
  short(
    'addi4spn',
    'c.low,sp,c.addi4spn',
    { quadrant: 0, cf3: 0 },
    'addi',
    { rd: 'c.low', rs1: SP, immI: 'c.addi4spn' },
    [holding('c.addi4spn', 0)],
  ),
  memory('fld', { quadrant: 0, cf3: 1 }, 'c.flow', 'c.dword', 'c.high'),
  memory('lw', { quadrant: 0, cf3: 2 }, 'c.low', 'c.word', 'c.high'),
  memory('ld', { quadrant: 0, cf3: 3 }, 'c.low', 'c.dword', 'c.high'),
  memory('fsd', { quadrant: 0, cf3: 5 }, 'c.flow', 'c.dword', 'c.high'),
  memory('sw', { quadrant: 0, cf3: 6 }, 'c.low', 'c.word', 'c.high'),
  memory('sd', { quadrant: 0, cf3: 7 }, 'c.low', 'c.dword', 'c.high'),

  short('nop', 'c.imm', { quadrant: 1, cf3: 0, crd: 0 }, 'addi', { immI: 'c.imm' }),
  short(
    'addi',
    'c.rd,c.imm',
    { quadrant: 1, cf3: 0 },
    'addi',
    { rd: 'c.rd', rs1: 'c.rd', immI: 'c.imm' },
    [holding('c.rd', 0)],
  ),
  short(
    'addiw',
    'c.rd,c.imm',
    { quadrant: 1, cf3: 1 },
    'addiw',
    { rd: 'c.rd', rs1: 'c.rd', immI: 'c.imm' },
    [holding('c.rd', 0)],
  ),
  short('li', 'c.rd,c.imm', { quadrant: 1, cf3: 2 }, 'addi', { rd: 'c.rd', immI: 'c.imm' }),
  short(
    'addi16sp',
    'sp,c.addi16sp',
    { quadrant: 1, cf3: 3, crd: SP },
    'addi',
    { rd: SP, rs1: SP, immI: 'c.addi16sp' },
    [holding('c.addi16sp', 0)],
  ),
  short('lui', 'c.rd,c.upper', { quadrant: 1, cf3: 3 }, 'lui', { rd: 'c.rd', immU: 'c.upper' }, [
    holding('c.rd', SP),
    holding('c.upper', 0),
  ]),
  shift('srli', 0),
  shift('srai', 1),
  short('andi', 'c.high,c.imm', { quadrant: 1, cf3: 4, c10: 2 }, 'andi', {
    rd: 'c.high',
    rs1: 'c.high',
    immI: 'c.imm',
  }),
  pair('sub', 0, 0),
  pair('xor', 0, 1),
  pair('or', 0, 2),
  pair('and', 0, 3),
  pair('subw', 1, 0),
  pair('addw', 1, 1),
  short('j', 'c.jump', { quadrant: 1, cf3: 5 }, 'jal', { rd: 0, immJ: 'c.jump' }),
  branch('beqz', 6, 'beq'),
  branch('bnez', 7, 'bne'),

  short('slli', 'c.rd,c.shamt', { quadrant: 2, cf3: 0 }, 'slli', {
    rd: 'c.rd',
    rs1: 'c.rd',
    shamt6: 'c.shamt',
  }),
  memory('fldsp', { quadrant: 2, cf3: 1 }, 'c.fd', 'c.ldsp', SP),
  memory('lwsp', { quadrant: 2, cf3: 2 }, 'c.rd', 'c.lwsp', SP),
  memory('ldsp', { quadrant: 2, cf3: 3 }, 'c.rd', 'c.ldsp', SP),
  short('jr', 'c.rd', { quadrant: 2, cf4: 8, crs2: 0 }, 'jalr', { rd: 0, rs1: 'c.rd' }, [
    holding('c.rd', 0),
  ]),
  short('mv', 'c.rd,c.rs2', { quadrant: 2, cf4: 8 }, 'add', { rd: 'c.rd', rs1: 0, rs2: 'c.rs2' }, [
    holding('c.rs2', 0),
  ]),
  short('ebreak', '', { quadrant: 2, cf4: 9, crd: 0, crs2: 0 }, 'ebreak'),
  short('jalr', 'c.rd', { quadrant: 2, cf4: 9, crs2: 0 }, 'jalr', { rd: RA, rs1: 'c.rd' }, [
    holding('c.rd', 0),
  ]),
  short(
    'add',
    'c.rd,c.rs2',
    { quadrant: 2, cf4: 9 },
    'add',
    { rd: 'c.rd', rs1: 'c.rd', rs2: 'c.rs2' },
    [holding('c.rs2', 0)],
  ),
  memory('fsdsp', { quadrant: 2, cf3: 5 }, 'c.fs2', 'c.sdsp', SP),
  memory('swsp', { quadrant: 2, cf3: 6 }, 'c.rs2', 'c.swsp', SP),
  memory('sdsp', { quadrant: 2, cf3: 7 }, 'c.rs2', 'c.sdsp', SP),
];
