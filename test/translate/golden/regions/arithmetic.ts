import type { RegionSources } from '../region-source.js';

/** Straight lines of instructions that compute. `jr ra` leaves the region. */
export const ARITHMETIC: RegionSources = {
  'straight-line': `
    add a0, a0, a1
    xor a2, a0, a1
    addi a2, a2, 5
    sub a0, a2, a3
    jr ra`,
  constants: `
    lui a0, 0x12345
    auipc a1, 0x10
    addi a2, zero, -7
    mv a3, a2
    nop
    jr ra`,
  'zero-register': `
    add zero, a0, a1
    add a0, zero, zero
    sltu a1, zero, a2
    lw zero, 0(a3)
    jr ra`,
  words: `
    addw a0, a1, a2
    subw a1, a0, a2
    addiw a2, a0, -1
    sllw a3, a0, a1
    sraiw a4, a3, 3
    srlw a5, a3, a0
    jr ra`,
  shifts: `
    slli a0, a0, 12
    srli a1, a0, 3
    srai a2, a0, 63
    sll a3, a0, a1
    srl a4, a0, a1
    sra a5, a0, a1
    jr ra`,
  comparisons: `
    slt a0, a1, a2
    sltu a3, a1, a2
    slti a4, a1, -5
    sltiu a5, a1, -5
    jr ra`,
  multiply: `
    mul a0, a1, a2
    mulh a3, a1, a2
    mulhu a4, a1, a2
    mulhsu a5, a1, a2
    mulw a6, a1, a2
    jr ra`,
  divide: `
    div a0, a1, a2
    divu a3, a1, a2
    rem a4, a1, a2
    remu a5, a1, a2
    divw a6, a1, a2
    remuw a7, a1, a2
    jr ra`,
  'address-generation': `
    sh1add a0, a1, a2
    sh3add a3, a1, a2
    add.uw a4, a1, a2
    sh2add.uw a5, a1, a2
    slli.uw a6, a1, 4
    jr ra`,
  'bit-manipulation': `
    andn a0, a1, a2
    xnor a0, a0, a2
    min a3, a1, a2
    maxu a4, a1, a2
    rol a5, a1, a2
    roriw a6, a1, 7
    clz a0, a1
    cpopw a3, a1
    orc.b a4, a1
    rev8 a5, a1
    sext.h a6, a1
    jr ra`,
  'single-bits': `
    bclr a0, a1, a2
    bexti a3, a1, 40
    binvi a4, a1, 63
    bset a5, a1, a2
    jr ra`,
  conditional: `
    czero.eqz a0, a1, a2
    czero.nez a3, a1, a2
    or a0, a0, a3
    jr ra`,
  'two-byte-instructions': `
    c.li a0, 9
    c.addi a0, -1
    c.mv a1, a0
    c.add a1, a2
    c.slli a1, 4
    c.addiw a2, 3
    c.lwsp a3, 8(sp)
    c.sdsp a3, 16(sp)
    c.jr ra`,
};
