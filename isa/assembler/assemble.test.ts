import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.js';
import { AssemblyError } from './assembly-error.js';

/** The 32-bit words of a program. */
function words(source: string, origin = 0n): number[] {
  const { bytes } = assemble(source, { origin });
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

/** A register's value after addi, addiw, lui and slli, which is all that `li` uses. */
function runConstant(source: string): bigint {
  let value = 0n;
  for (const word of words(source)) {
    const imm = BigInt((word | 0) >> 20);
    const opcode = word & 0x7f;
    const rs1 = (word >>> 15) & 31;
    if (opcode === 0x37) value = BigInt.asIntN(32, BigInt(word & 0xfffff000));
    else if (opcode === 0x1b) value = BigInt.asIntN(32, value + imm);
    else if ((word & 0x707f) === 0x13) value = BigInt.asIntN(64, (rs1 ? value : 0n) + imm);
    else if ((word & 0x707f) === 0x1013)
      value = BigInt.asIntN(64, value << BigInt((word >>> 20) & 63));
    else throw new Error(`unexpected ${word.toString(16)}`);
  }
  return value;
}

describe('encodings', () => {
  it.each([
    ['nop', 0x00000013],
    ['ret', 0x00008067],
    ['addi sp, sp, -16', 0xff010113],
    ['sd ra, 8(sp)', 0x00113423],
    ['ld ra, 8(sp)', 0x00813083],
    ['lw a0, (a1)', 0x0005a503],
    ['lui a0, 0x80000', 0x80000537],
    ['lui a0, -0x80000', 0x80000537],
    ['auipc t0, 0', 0x00000297],
    ['srai a0, a0, 63', 0x43f55513],
    ['sraiw a0, a0, 31', 0x41f5551b],
    ['mul a0, a0, a1', 0x02b50533],
    ['remuw a0, a1, a2', 0x02c5f53b],
    ['ecall', 0x00000073],
    ['ebreak', 0x00100073],
    ['mret', 0x30200073],
    ['sret', 0x10200073],
    ['wfi', 0x10500073],
    ['sfence.vma', 0x12000073],
    ['sfence.vma a0, a1', 0x12b50073],
    ['hfence.gvma a0, a1', 0x62b50073],
    ['hlvx.wu a0, (a1)', 0x6835c573],
    ['hsv.d a0, (a1)', 0x6ea5c073],
    ['csrr a0, mhartid', 0xf1402573],
    ['csrw mtvec, t0', 0x30529073],
    ['csrsi mstatus, 8', 0x30046073],
    ['csrrw a0, 0x7c0, a1', 0x7c059573],
    ['rdtime a0', 0xc0102573],
    ['fence', 0x0ff0000f],
    ['fence rw, w', 0x0310000f],
    ['fence.tso', 0x8330000f],
    ['pause', 0x0100000f],
    ['fence.i', 0x0000100f],
    ['lr.w.aq a0, (a1)', 0x1405a52f],
    ['sc.d.rl a0, a2, (a1)', 0x1ac5b52f],
    ['amoadd.d.aqrl a0, a1, (a2)', 0x06b6352f],
    ['amoswap.w zero, a1, 0(a2)', 0x08b6202f],
    ['fadd.d fa0, fa1, fa2', 0x02c5f553],
    ['fadd.d fa0, fa1, fa2, rtz', 0x02c59553],
    ['fmadd.s fa0, fa1, fa2, fa3, rne', 0x68c58543],
    ['fcvt.d.w fa0, a0', 0xd2050553],
    ['fcvt.l.d a0, fa0, rtz', 0xc2251553],
    ['fmv.d fa0, fa1', 0x22b58553],
    ['fmv.x.d a0, fa0', 0xe2050553],
    ['fld fa0, 8(a0)', 0x00853507],
    ['czero.eqz a0, a1, a2', 0x0ec5d533],
    ['sh1add a0, a1, a2', 0x20c5a533],
    ['add.uw a0, a1, a2', 0x08c5853b],
    ['zext.h a0, a1', 0x0805c53b],
    ['rev8 a0, a1', 0x6b85d513],
    ['orc.b a0, a1', 0x2875d513],
    ['bseti a0, a1, 63', 0x2bf59513],
    ['c.addi a0, 1\nc.nop', 0x00010505],
    ['c.ldsp ra, 8(sp)\nc.jr ra', 0x808260a2],
  ])('%s', (source, word) => {
    expect(words(source).map((each) => each.toString(16))).toEqual([word.toString(16)]);
  });
});

describe('li', () => {
  it.each([
    ...[0n, 1n, -1n, 2047n, 2048n, -2048n, -2049n, 0x7ffff7ffn, 0x7fffffffn, 0x80000000n],
    ...[-0x80000000n, 0xffffffffn, 0x123456789abcdef0n, -(1n << 63n), (1n << 63n) - 1n],
    ...[0x8000000000000000n, 0xffffffffffffffffn, 0x80000000000007ffn, 0x7ffffffffffff800n],
  ])('loads %s', (value) => {
    expect(runConstant(`li a0, ${value}`)).toBe(BigInt.asIntN(64, value));
  });

  it('loads pseudo-random values', () => {
    let value = 0x9e3779b97f4a7c15n;
    for (let i = 0; i < 500; i++) {
      value = BigInt.asUintN(64, value * 6364136223846793005n + 1442695040888963407n);
      const shifted = BigInt.asIntN(64, value) >> BigInt(i % 64);
      expect(runConstant(`li t0, ${shifted}`)).toBe(shifted);
    }
  });
});

describe('labels and expressions', () => {
  it('reaches backwards and forwards, by name and by number', () => {
    expect(words('start: j start\nj end\n1: beqz a0, 1b\nbnez a0, 1f\n1: end:')).toEqual(
      words('j .\nj .+12\nbeqz a0, .\nbnez a0, .+4'),
    );
  });

  it('computes addresses relative to the pc', () => {
    const source = 'la a0, data\n.zero 0x1800\ndata: .dword data + 8';
    const [auipc, addi] = words(source, 0x80000000n);
    expect([auipc, addi]).toEqual(words('auipc a0, 2\naddi a0, a0, -0x7f8'));
    const { bytes, symbols } = assemble(source, { origin: 0x80000000n });
    expect(symbols.get('data')).toBe(0x80001808n);
    const stored = new DataView(bytes.buffer).getBigUint64(0x1808, true);
    expect(stored).toBe(0x80001810n);
  });

  it('knows operators, character constants, %hi and %lo', () => {
    expect(
      words(".equ n, 1 << 4 | 3\n.word n, -n + 2 * (n - 1), 'a', ~0 & 0xff, 7 % 4, '#'"),
    ).toEqual([19, 17, 97, 255, 3, 35]);
    expect(words('lui a0, %hi(0x12345fff)\nlw a0, %lo(0x12345fff)(a0)')).toEqual(
      words('lui a0, 0x12346\nlw a0, -1(a0)'),
    );
  });
});

describe('directives', () => {
  it('lay out data', () => {
    const source =
      '.byte 1, -1 # comment\n.half 0x1234 // comment\n.ascii "a#;\\n\\xff"; .asciz "é"\n.org 0x10\n.zero 1';
    expect([...assemble(source).bytes]).toEqual([
      ...[1, 255, 0x34, 0x12, 97, 35, 59, 10, 255, 0xc3, 0xa9, 0],
      ...[0, 0, 0, 0, 0],
    ]);
  });

  it('align with instructions that do nothing', () => {
    expect(words('c.nop\n.align 4\nnop')).toEqual([0x00010001, 0x13, 0x13, 0x13, 0x13]);
    expect(assemble('.byte 1\n.balign 8').bytes).toHaveLength(8);
  });
});

describe('errors', () => {
  it.each([
    ['frobnicate a0', 'unknown instruction frobnicate'],
    ['.frobnicate', 'unknown directive .frobnicate'],
    ['addi a0, a1, 2048', "'2048' is 2048, which does not fit (-2048 to 2047)"],
    ['beq a0, a1, .+4098', 'bytes away, which does not fit (-4096 to 4095, multiples of 2)'],
    ['add a0, a1', 'add takes the operands rd,rs1,rs2'],
    ['add a0, a1, a2, a3', 'add takes 3 operands, not 4'],
    ['add a0, a1, q9', "'q9' is not an integer register"],
    ['j nowhere', 'nowhere is not defined'],
    ['li a0, later\n.equ later, 1', 'later is not defined so far'],
    ['c.addi a0, 32', 'does not fit (-32 to 31)'],
    ['c.lw t6, 0(a0)', 't6 is not one of the eight registers'],
    ['c.lui a0, 0', 'reserved encoding'],
    ['.byte 256', '256 does not fit in 1 bytes'],
    ['.ascii "abc', 'missing "'],
    ['x: nop; x: nop', 'x is defined twice'],
    ['.word 1 +', "'1 +' ends too early"],
    ['.word (1', "missing ) in '(1'"],
    ['.org 8; .org 4', '.org cannot go back to 0x4'],
  ])('%s', (source, reason) => {
    expect(() => assemble(`nop\n${source}`)).toThrow(AssemblyError);
    expect(() => assemble(`nop\n${source}`)).toThrow(/^line [23]: /);
    expect(() => assemble(`nop\n${source}`)).toThrow(reason);
  });
});
