/**
 * The inner loop. It decodes nothing and calls little, so that its state stays in registers; what a case cannot
 * do itself leaves the switch for exec/slow. 64-bit values are pairs: index n of `x` is a register's low half,
 * n + 1 its high half.
 *
 * ```
 * loop: spend a step; op = slot's op
 *   ALU         rd = f(rs1, rs2 | imm);                    next slot
 *   load/store  tag = va & (page | size - 1) | context
 *               if TLB[va].tag != tag: slow;  memory[va + TLB[va].addend];  next slot
 *   jump        inside the page: slot of the target;  else fetch TLB, code page, slot
 * ```
 */
import type { Hart } from '../hart/hart.js';
import { LAST_HALFWORD, PAGE_SIZE } from '../layout.js';
import {
  DATA_INDEX,
  FETCH_ENTRIES,
  FETCH_INDEX,
  TAG_PAGE,
  WRITE_ENTRIES,
} from '../mmu/tlb-entries.js';
import { high } from '../pair.js';
import {
  countOnes,
  orBytes,
  rotateRight,
  rotateRightWord,
  swapBytes,
  trailingZeros,
} from './bits.js';
import type { CodePage } from './code-page.js';
import { LEAST_NORMAL, LEAST_NORMAL_SINGLE, SIGN } from './float-bits.js';
import {
  divide,
  divideUnsigned,
  multiplyHigh,
  multiplyHighMixed,
  multiplyHighUnsigned,
  remainder,
  remainderUnsigned,
  upperProduct,
} from './multiply.js';
import { Op } from './op.js';
import { ENTER } from './outcome.js';

/** Whether the word's rm is RNE, or dynamic, which `floatFast` says is RNE. */
function roundsNearest(word: number): boolean {
  const mode = word & 0x7000;
  return mode === 0 || mode === 0x7000;
}

/**
 * Executes from `pc`, which is in the page of `entered`. Returns the index of the slot of an instruction for
 * exec/slow, for which a step is already spent, with pc at it and its code page in `code`; or ENTER when
 * the fetch TLB does not have pc or the budget is spent.
 */
export function executeHot(hart: Hart, entered: CodePage): number {
  const { memory } = hart.vm;
  const { i8, u8, i16, u16, i32 } = memory;
  const { x, f, f32, f64 } = hart;
  const tlb = hart.tlb.entries;
  const { pages } = hart.vm.code;
  const context = hart.dataContext;
  let steps = hart.remaining;
  let code = entered;
  let slots = code.slots;
  let pageLow = hart.pcLow & TAG_PAGE;
  let pageHigh = hart.pcHigh;
  let ip = hart.pcLow & LAST_HALFWORD;
  let jump = 0;
  let nextLow = 0;
  let nextHigh = 0;
  while (true) {
    steps -= 1;
    if (steps < 0) {
      const pc = (pageLow + ip) | 0;
      hart.pcHigh = (pageHigh + (pc >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
      hart.pcLow = pc;
      hart.remaining = 0;
      return ENTER;
    }
    const w = slots[ip];
    switch (w & 0xff) {
      case Op.PAGE_END: {
        steps += 1;
        jump = 1;
        nextLow = (pageLow + ip) | 0;
        nextHigh = (pageHigh + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
        break;
      }
      case Op.LI: {
        const rd = (w >>> 8) & 63;
        const imm = slots[ip + 1];
        x[rd + 1] = imm >> 31;
        x[rd] = imm;
        ip += w >>> 29;
        continue;
      }
      case Op.MV: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        x[rd + 1] = x[rs1 + 1];
        x[rd] = x[rs1];
        ip += w >>> 29;
        continue;
      }
      case Op.LUI: {
        const rd = (w >>> 8) & 63;
        const imm = slots[ip + 1];
        x[rd + 1] = imm >> 31;
        x[rd] = imm;
        ip += w >>> 29;
        continue;
      }
      case Op.AUIPC: {
        const rd = (w >>> 8) & 63;
        const imm = slots[ip + 1];
        const base = pageLow + ip;
        const sum = (base + imm) | 0;
        x[rd + 1] = pageHigh + (imm >> 31) + (sum >>> 0 < base >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.ADDI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const a = x[rs1];
        const sum = (a + imm) | 0;
        x[rd + 1] = x[rs1 + 1] + (imm >> 31) + (sum >>> 0 < a >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.ADDIW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const sum = (x[rs1] + slots[ip + 1]) | 0;
        x[rd + 1] = sum >> 31;
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SLTI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const sign = imm >> 31;
        const upper = x[rs1 + 1];
        x[rd] = upper < sign || (upper === sign && x[rs1] >>> 0 < imm >>> 0) ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.SLTIU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const sign = (imm >> 31) >>> 0;
        const upper = x[rs1 + 1] >>> 0;
        x[rd] = upper < sign || (upper === sign && x[rs1] >>> 0 < imm >>> 0) ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.XORI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] ^ (imm >> 31);
        x[rd] = x[rs1] ^ imm;
        ip += w >>> 29;
        continue;
      }
      case Op.ORI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] | (imm >> 31);
        x[rd] = x[rs1] | imm;
        ip += w >>> 29;
        continue;
      }
      case Op.ANDI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] & (imm >> 31);
        x[rd] = x[rs1] & imm;
        ip += w >>> 29;
        continue;
      }
      case Op.SLLI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const amount = slots[ip + 1];
        const low = x[rs1];
        if (amount >= 32) {
          x[rd + 1] = low << amount;
          x[rd] = 0;
        } else {
          x[rd + 1] = (x[rs1 + 1] << amount) | ((low >>> 1) >>> (31 - amount));
          x[rd] = low << amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SRLI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const amount = slots[ip + 1];
        const upper = x[rs1 + 1];
        if (amount >= 32) {
          x[rd] = upper >>> amount;
          x[rd + 1] = 0;
        } else {
          x[rd] = (x[rs1] >>> amount) | ((upper << 1) << (31 - amount));
          x[rd + 1] = upper >>> amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SRAI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const amount = slots[ip + 1];
        const upper = x[rs1 + 1];
        if (amount >= 32) {
          x[rd] = upper >> amount;
          x[rd + 1] = upper >> 31;
        } else {
          x[rd] = (x[rs1] >>> amount) | ((upper << 1) << (31 - amount));
          x[rd + 1] = upper >> amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SLLIW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = x[rs1] << slots[ip + 1];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SRLIW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = (x[rs1] >>> slots[ip + 1]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SRAIW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = x[rs1] >> slots[ip + 1];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.ADD: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const sum = (a + x[rs2]) | 0;
        x[rd + 1] = x[rs1 + 1] + x[rs2 + 1] + (sum >>> 0 < a >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SUB: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        x[rd + 1] = x[rs1 + 1] - x[rs2 + 1] - (a >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = a - b;
        ip += w >>> 29;
        continue;
      }
      case Op.SLL: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const amount = x[rs2] & 63;
        const low = x[rs1];
        if (amount >= 32) {
          x[rd + 1] = low << amount;
          x[rd] = 0;
        } else {
          x[rd + 1] = (x[rs1 + 1] << amount) | ((low >>> 1) >>> (31 - amount));
          x[rd] = low << amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SRL: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const amount = x[rs2] & 63;
        const upper = x[rs1 + 1];
        if (amount >= 32) {
          x[rd] = upper >>> amount;
          x[rd + 1] = 0;
        } else {
          x[rd] = (x[rs1] >>> amount) | ((upper << 1) << (31 - amount));
          x[rd + 1] = upper >>> amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SRA: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const amount = x[rs2] & 63;
        const upper = x[rs1 + 1];
        if (amount >= 32) {
          x[rd] = upper >> amount;
          x[rd + 1] = upper >> 31;
        } else {
          x[rd] = (x[rs1] >>> amount) | ((upper << 1) << (31 - amount));
          x[rd + 1] = upper >> amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.SLT: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1];
        const other = x[rs2 + 1];
        x[rd] = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0) ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.SLTU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1] >>> 0;
        const other = x[rs2 + 1] >>> 0;
        x[rd] = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0) ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.XOR: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = x[rs1 + 1] ^ x[rs2 + 1];
        x[rd] = x[rs1] ^ x[rs2];
        ip += w >>> 29;
        continue;
      }
      case Op.OR: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = x[rs1 + 1] | x[rs2 + 1];
        x[rd] = x[rs1] | x[rs2];
        ip += w >>> 29;
        continue;
      }
      case Op.AND: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = x[rs1 + 1] & x[rs2 + 1];
        x[rd] = x[rs1] & x[rs2];
        ip += w >>> 29;
        continue;
      }
      case Op.ANDN: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = x[rs1 + 1] & ~x[rs2 + 1];
        x[rd] = x[rs1] & ~x[rs2];
        ip += w >>> 29;
        continue;
      }
      case Op.ORN: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = x[rs1 + 1] | ~x[rs2 + 1];
        x[rd] = x[rs1] | ~x[rs2];
        ip += w >>> 29;
        continue;
      }
      case Op.XNOR: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd + 1] = ~(x[rs1 + 1] ^ x[rs2 + 1]);
        x[rd] = ~(x[rs1] ^ x[rs2]);
        ip += w >>> 29;
        continue;
      }
      case Op.ADDW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = (x[rs1] + x[rs2]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SUBW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = (x[rs1] - x[rs2]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SLLW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs1] << x[rs2];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SRLW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = (x[rs1] >>> x[rs2]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SRAW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs1] >> x[rs2];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.MULW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = Math.imul(x[rs1], x[rs2]);
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.MUL: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        x[rd + 1] = upperProduct(a, b) + Math.imul(a, x[rs2 + 1]) + Math.imul(x[rs1 + 1], b);
        x[rd] = Math.imul(a, b);
        ip += w >>> 29;
        continue;
      }
      case Op.MULH: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = multiplyHigh(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.MULHSU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = multiplyHighMixed(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.MULHU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = multiplyHighUnsigned(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.DIV: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = divide(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.DIVU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = divideUnsigned(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.REM: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = remainder(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.REMU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = remainderUnsigned(x[rs1], x[rs1 + 1], x[rs2], x[rs2 + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.DIVW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs2] === 0 ? -1 : (x[rs1] / x[rs2]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.DIVUW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs2] === 0 ? -1 : ((x[rs1] >>> 0) / (x[rs2] >>> 0)) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.REMW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs2] === 0 ? x[rs1] : (x[rs1] % x[rs2]) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.REMUW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = x[rs2] === 0 ? x[rs1] : ((x[rs1] >>> 0) % (x[rs2] >>> 0)) | 0;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SH1ADD: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 1) + b) | 0;
        x[rd + 1] = ((x[rs1 + 1] << 1) | (a >>> 31)) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SH1ADD_UW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 1) + b) | 0;
        x[rd + 1] = (a >>> 31) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SH2ADD: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 2) + b) | 0;
        x[rd + 1] = ((x[rs1 + 1] << 2) | (a >>> 30)) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SH2ADD_UW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 2) + b) | 0;
        x[rd + 1] = (a >>> 30) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SH3ADD: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 3) + b) | 0;
        x[rd + 1] = ((x[rs1 + 1] << 3) | (a >>> 29)) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SH3ADD_UW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const a = x[rs1];
        const b = x[rs2];
        const sum = ((a << 3) + b) | 0;
        x[rd + 1] = (a >>> 29) + x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.ADD_UW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const b = x[rs2];
        const sum = (x[rs1] + b) | 0;
        x[rd + 1] = x[rs2 + 1] + (sum >>> 0 < b >>> 0 ? 1 : 0);
        x[rd] = sum;
        ip += w >>> 29;
        continue;
      }
      case Op.SLLI_UW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const amount = slots[ip + 1];
        const low = x[rs1];
        if (amount >= 32) {
          x[rd + 1] = low << amount;
          x[rd] = 0;
        } else {
          x[rd + 1] = (low >>> 1) >>> (31 - amount);
          x[rd] = low << amount;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.MIN: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1];
        const other = x[rs2 + 1];
        const less = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0);
        const from = less ? rs1 : rs2;
        x[rd + 1] = x[from + 1];
        x[rd] = x[from];
        ip += w >>> 29;
        continue;
      }
      case Op.MINU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1] >>> 0;
        const other = x[rs2 + 1] >>> 0;
        const less = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0);
        const from = less ? rs1 : rs2;
        x[rd + 1] = x[from + 1];
        x[rd] = x[from];
        ip += w >>> 29;
        continue;
      }
      case Op.MAX: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1];
        const other = x[rs2 + 1];
        const less = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0);
        const from = less ? rs2 : rs1;
        x[rd + 1] = x[from + 1];
        x[rd] = x[from];
        ip += w >>> 29;
        continue;
      }
      case Op.MAXU: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1] >>> 0;
        const other = x[rs2 + 1] >>> 0;
        const less = upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0);
        const from = less ? rs2 : rs1;
        x[rd + 1] = x[from + 1];
        x[rd] = x[from];
        ip += w >>> 29;
        continue;
      }
      case Op.ROL: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = rotateRight(x[rs1], x[rs1 + 1], -x[rs2] & 63);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.ROR: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        x[rd] = rotateRight(x[rs1], x[rs1 + 1], x[rs2] & 63);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.RORI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        x[rd] = rotateRight(x[rs1], x[rs1 + 1], slots[ip + 1]);
        x[rd + 1] = high;
        ip += w >>> 29;
        continue;
      }
      case Op.ROLW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = rotateRightWord(x[rs1], -x[rs2] & 31);
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.RORW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const value = rotateRightWord(x[rs1], x[rs2] & 31);
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.RORIW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = rotateRightWord(x[rs1], slots[ip + 1]);
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CLZ: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = x[rs1 + 1] === 0 ? 32 + Math.clz32(x[rs1]) : Math.clz32(x[rs1 + 1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CTZ: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = x[rs1] === 0 ? 32 + trailingZeros(x[rs1 + 1]) : trailingZeros(x[rs1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CPOP: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = countOnes(x[rs1]) + countOnes(x[rs1 + 1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CLZW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = Math.clz32(x[rs1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CTZW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = trailingZeros(x[rs1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.CPOPW: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = countOnes(x[rs1]);
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SEXT_B: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = (x[rs1] << 24) >> 24;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.SEXT_H: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = (x[rs1] << 16) >> 16;
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.ZEXT_H: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const value = x[rs1] & 0xffff;
        x[rd + 1] = 0;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.ORC_B: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        x[rd + 1] = orBytes(x[rs1 + 1]);
        x[rd] = orBytes(x[rs1]);
        ip += w >>> 29;
        continue;
      }
      case Op.REV8: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const low = x[rs1];
        x[rd] = swapBytes(x[rs1 + 1]);
        x[rd + 1] = swapBytes(low);
        ip += w >>> 29;
        continue;
      }
      case Op.BCLR: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const bit = x[rs2] & 63;
        x[rd + 1] = x[rs1 + 1] & ~(bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] & ~(bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BINV: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const bit = x[rs2] & 63;
        x[rd + 1] = x[rs1 + 1] ^ (bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] ^ (bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BSET: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const bit = x[rs2] & 63;
        x[rd + 1] = x[rs1 + 1] | (bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] | (bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BEXT: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const bit = x[rs2] & 63;
        x[rd] = ((bit < 32 ? x[rs1] : x[rs1 + 1]) >>> bit) & 1;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.BCLRI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const bit = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] & ~(bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] & ~(bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BINVI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const bit = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] ^ (bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] ^ (bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BSETI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const bit = slots[ip + 1];
        x[rd + 1] = x[rs1 + 1] | (bit >= 32 ? 1 << bit : 0);
        x[rd] = x[rs1] | (bit < 32 ? 1 << bit : 0);
        ip += w >>> 29;
        continue;
      }
      case Op.BEXTI: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const bit = slots[ip + 1];
        x[rd] = ((bit < 32 ? x[rs1] : x[rs1 + 1]) >>> bit) & 1;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.CZERO_EQZ: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const zero = (x[rs2] | x[rs2 + 1]) === 0;
        x[rd + 1] = zero ? 0 : x[rs1 + 1];
        x[rd] = zero ? 0 : x[rs1];
        ip += w >>> 29;
        continue;
      }
      case Op.CZERO_NEZ: {
        const rd = (w >>> 8) & 63;
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const zero = (x[rs2] | x[rs2 + 1]) !== 0;
        x[rd + 1] = zero ? 0 : x[rs1 + 1];
        x[rd] = zero ? 0 : x[rs1];
        ip += w >>> 29;
        continue;
      }
      case Op.LB: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & TAG_PAGE) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 0;
        const rd = (w >>> 8) & 63;
        const value = i8[at];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.LH: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & (TAG_PAGE | 1)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 1;
        const rd = (w >>> 8) & 63;
        const value = i16[at];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.LW: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & (TAG_PAGE | 3)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rd = (w >>> 8) & 63;
        const value = i32[at];
        x[rd + 1] = value >> 31;
        x[rd] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.LBU: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & TAG_PAGE) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 0;
        const rd = (w >>> 8) & 63;
        x[rd + 1] = 0;
        x[rd] = u8[at];
        ip += w >>> 29;
        continue;
      }
      case Op.LHU: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & (TAG_PAGE | 1)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 1;
        const rd = (w >>> 8) & 63;
        x[rd + 1] = 0;
        x[rd] = u16[at];
        ip += w >>> 29;
        continue;
      }
      case Op.LWU: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & (TAG_PAGE | 3)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rd = (w >>> 8) & 63;
        x[rd + 1] = 0;
        x[rd] = i32[at];
        ip += w >>> 29;
        continue;
      }
      case Op.LD: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (tlb[entry] !== ((low & (TAG_PAGE | 7)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rd = (w >>> 8) & 63;
        x[rd] = i32[at];
        x[rd + 1] = i32[at + 1];
        ip += w >>> 29;
        continue;
      }
      case Op.SB: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (tlb[entry] !== ((low & TAG_PAGE) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 0;
        u8[at] = x[(w >>> 20) & 63];
        ip += w >>> 29;
        continue;
      }
      case Op.SH: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (tlb[entry] !== ((low & (TAG_PAGE | 1)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 1;
        u16[at] = x[(w >>> 20) & 63];
        ip += w >>> 29;
        continue;
      }
      case Op.SW: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (tlb[entry] !== ((low & (TAG_PAGE | 3)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 2;
        i32[at] = x[(w >>> 20) & 63];
        ip += w >>> 29;
        continue;
      }
      case Op.SD: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (tlb[entry] !== ((low & (TAG_PAGE | 7)) | context) || tlb[entry + 1] !== upper) break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rs2 = (w >>> 20) & 63;
        i32[at] = x[rs2];
        i32[at + 1] = x[rs2 + 1];
        ip += w >>> 29;
        continue;
      }
      case Op.FLW: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (
          hart.floatReady === 0 ||
          tlb[entry] !== ((low & (TAG_PAGE | 3)) | context) ||
          tlb[entry + 1] !== upper
        )
          break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rd = (w >>> 8) & 63;
        f[rd] = i32[at];
        f[rd + 1] = -1;
        ip += w >>> 29;
        continue;
      }
      case Op.FLD: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = (low >>> 10) & DATA_INDEX;
        if (
          hart.floatReady === 0 ||
          tlb[entry] !== ((low & (TAG_PAGE | 7)) | context) ||
          tlb[entry + 1] !== upper
        )
          break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rd = (w >>> 8) & 63;
        f[rd] = i32[at];
        f[rd + 1] = i32[at + 1];
        ip += w >>> 29;
        continue;
      }
      case Op.FSW: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (
          hart.floatReady === 0 ||
          tlb[entry] !== ((low & (TAG_PAGE | 3)) | context) ||
          tlb[entry + 1] !== upper
        )
          break;
        const at = (low + tlb[entry + 2]) >>> 2;
        i32[at] = f[(w >>> 20) & 63];
        ip += w >>> 29;
        continue;
      }
      case Op.FSD: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const entry = ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
        if (
          hart.floatReady === 0 ||
          tlb[entry] !== ((low & (TAG_PAGE | 7)) | context) ||
          tlb[entry + 1] !== upper
        )
          break;
        const at = (low + tlb[entry + 2]) >>> 2;
        const rs2 = (w >>> 20) & 63;
        i32[at] = f[rs2];
        i32[at + 1] = f[rs2 + 1];
        ip += w >>> 29;
        continue;
      }
      case Op.NOP: {
        ip += w >>> 29;
        continue;
      }
      case Op.BEQZ: {
        const rs1 = (w >>> 14) & 63;
        if ((x[rs1] | x[rs1 + 1]) === 0) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BNEZ: {
        const rs1 = (w >>> 14) & 63;
        if ((x[rs1] | x[rs1 + 1]) !== 0) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BEQ: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        if (x[rs1] === x[rs2] && x[rs1 + 1] === x[rs2 + 1]) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BNE: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        if (x[rs1] !== x[rs2] || x[rs1 + 1] !== x[rs2 + 1]) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BLT: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1];
        const other = x[rs2 + 1];
        if (upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0)) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BGE: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1];
        const other = x[rs2 + 1];
        if (upper > other || (upper === other && x[rs1] >>> 0 >= x[rs2] >>> 0)) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BLTU: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1] >>> 0;
        const other = x[rs2 + 1] >>> 0;
        if (upper < other || (upper === other && x[rs1] >>> 0 < x[rs2] >>> 0)) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.BGEU: {
        const rs1 = (w >>> 14) & 63;
        const rs2 = (w >>> 20) & 63;
        const upper = x[rs1 + 1] >>> 0;
        const other = x[rs2 + 1] >>> 0;
        if (upper > other || (upper === other && x[rs1] >>> 0 >= x[rs2] >>> 0)) {
          const target = slots[ip + 1];
          if (target >>> 0 < PAGE_SIZE) {
            ip = target;
            continue;
          }
          jump = 1;
          nextLow = (pageLow + target) | 0;
          nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
          break;
        }
        ip += w >>> 29;
        continue;
      }
      case Op.J: {
        const target = slots[ip + 1];
        if (target >>> 0 < PAGE_SIZE) {
          ip = target;
          continue;
        }
        jump = 1;
        nextLow = (pageLow + target) | 0;
        nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
        break;
      }
      case Op.JAL: {
        const rd = (w >>> 8) & 63;
        const link = (pageLow + ip + (w >>> 29)) | 0;
        x[rd + 1] = pageHigh + (link >>> 0 < pageLow >>> 0 ? 1 : 0);
        x[rd] = link;
        const target = slots[ip + 1];
        if (target >>> 0 < PAGE_SIZE) {
          ip = target;
          continue;
        }
        jump = 1;
        nextLow = (pageLow + target) | 0;
        nextHigh = (pageHigh + (target >> 31) + (nextLow >>> 0 < pageLow >>> 0 ? 1 : 0)) | 0;
        break;
      }
      case Op.JR: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        if ((low & TAG_PAGE) === pageLow && upper === pageHigh) {
          ip = low & LAST_HALFWORD;
          continue;
        }
        jump = 1;
        nextLow = low & ~1;
        nextHigh = upper;
        break;
      }
      case Op.JALR: {
        const rs1 = (w >>> 14) & 63;
        const imm = slots[ip + 1];
        const base = x[rs1];
        const low = (base + imm) | 0;
        const upper = (x[rs1 + 1] + (imm >> 31) + (low >>> 0 < base >>> 0 ? 1 : 0)) | 0;
        const rd = (w >>> 8) & 63;
        const link = (pageLow + ip + (w >>> 29)) | 0;
        x[rd + 1] = pageHigh + (link >>> 0 < pageLow >>> 0 ? 1 : 0);
        x[rd] = link;
        if ((low & TAG_PAGE) === pageLow && upper === pageHigh) {
          ip = low & LAST_HALFWORD;
          continue;
        }
        jump = 1;
        nextLow = low & ~1;
        nextHigh = upper;
        break;
      }
      case Op.FADD_D: {
        const word = slots[ip + 1];
        if (hart.floatFast === 0 || !roundsNearest(word)) break;
        const value = f64[(word >>> 15) & 31] + f64[(word >>> 20) & 31];
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL && size < Infinity)) break;
        f64[(word >>> 7) & 31] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.FADD_S: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatFast === 0 || !roundsNearest(word) || (f[rs1 + 1] & f[rs2 + 1]) !== -1) break;
        const value = Math.fround(f32[rs1] + f32[rs2]);
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL_SINGLE && size < Infinity)) break;
        const rd = (word >>> 6) & 62;
        f32[rd] = value;
        f[rd + 1] = -1;
        ip += w >>> 29;
        continue;
      }
      case Op.FSUB_D: {
        const word = slots[ip + 1];
        if (hart.floatFast === 0 || !roundsNearest(word)) break;
        const value = f64[(word >>> 15) & 31] - f64[(word >>> 20) & 31];
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL && size < Infinity)) break;
        f64[(word >>> 7) & 31] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.FSUB_S: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatFast === 0 || !roundsNearest(word) || (f[rs1 + 1] & f[rs2 + 1]) !== -1) break;
        const value = Math.fround(f32[rs1] - f32[rs2]);
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL_SINGLE && size < Infinity)) break;
        const rd = (word >>> 6) & 62;
        f32[rd] = value;
        f[rd + 1] = -1;
        ip += w >>> 29;
        continue;
      }
      case Op.FMUL_D: {
        const word = slots[ip + 1];
        if (hart.floatFast === 0 || !roundsNearest(word)) break;
        const value = f64[(word >>> 15) & 31] * f64[(word >>> 20) & 31];
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL && size < Infinity)) break;
        f64[(word >>> 7) & 31] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.FMUL_S: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatFast === 0 || !roundsNearest(word) || (f[rs1 + 1] & f[rs2 + 1]) !== -1) break;
        const value = Math.fround(f32[rs1] * f32[rs2]);
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL_SINGLE && size < Infinity)) break;
        const rd = (word >>> 6) & 62;
        f32[rd] = value;
        f[rd + 1] = -1;
        ip += w >>> 29;
        continue;
      }
      case Op.FDIV_D: {
        const word = slots[ip + 1];
        if (hart.floatFast === 0 || !roundsNearest(word)) break;
        const value = f64[(word >>> 15) & 31] / f64[(word >>> 20) & 31];
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL && size < Infinity)) break;
        f64[(word >>> 7) & 31] = value;
        ip += w >>> 29;
        continue;
      }
      case Op.FDIV_S: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatFast === 0 || !roundsNearest(word) || (f[rs1 + 1] & f[rs2 + 1]) !== -1) break;
        const value = Math.fround(f32[rs1] / f32[rs2]);
        const size = Math.abs(value);
        if (!(size > LEAST_NORMAL_SINGLE && size < Infinity)) break;
        const rd = (word >>> 6) & 62;
        f32[rd] = value;
        f[rd + 1] = -1;
        ip += w >>> 29;
        continue;
      }
      case Op.FEQ_D: {
        const word = slots[ip + 1];
        const a = f64[(word >>> 15) & 31];
        const b = f64[(word >>> 20) & 31];
        const rd = (word >>> 6) & 62;
        if (hart.floatReady === 0 || rd === 0 || Number.isNaN(a) || Number.isNaN(b)) break;
        x[rd] = a === b ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.FLT_D: {
        const word = slots[ip + 1];
        const a = f64[(word >>> 15) & 31];
        const b = f64[(word >>> 20) & 31];
        const rd = (word >>> 6) & 62;
        if (hart.floatReady === 0 || rd === 0 || Number.isNaN(a) || Number.isNaN(b)) break;
        x[rd] = a < b ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.FLE_D: {
        const word = slots[ip + 1];
        const a = f64[(word >>> 15) & 31];
        const b = f64[(word >>> 20) & 31];
        const rd = (word >>> 6) & 62;
        if (hart.floatReady === 0 || rd === 0 || Number.isNaN(a) || Number.isNaN(b)) break;
        x[rd] = a <= b ? 1 : 0;
        x[rd + 1] = 0;
        ip += w >>> 29;
        continue;
      }
      case Op.FSGNJ_D: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatReady === 0) break;
        const rd = (word >>> 6) & 62;
        f[rd + 1] = (f[rs1 + 1] & ~SIGN) | (f[rs2 + 1] & SIGN);
        f[rd] = f[rs1];
        ip += w >>> 29;
        continue;
      }
      case Op.FSGNJN_D: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatReady === 0) break;
        const rd = (word >>> 6) & 62;
        f[rd + 1] = (f[rs1 + 1] & ~SIGN) | (~f[rs2 + 1] & SIGN);
        f[rd] = f[rs1];
        ip += w >>> 29;
        continue;
      }
      case Op.FSGNJX_D: {
        const word = slots[ip + 1];
        const rs1 = (word >>> 14) & 62;
        const rs2 = (word >>> 19) & 62;
        if (hart.floatReady === 0) break;
        const rd = (word >>> 6) & 62;
        f[rd + 1] = f[rs1 + 1] ^ (f[rs2 + 1] & SIGN);
        f[rd] = f[rs1];
        ip += w >>> 29;
        continue;
      }
    }
    if (jump === 0) {
      hart.pcLow = pageLow + ip;
      hart.pcHigh = pageHigh;
      hart.code = code;
      hart.remaining = steps;
      return ip;
    }
    const entry = (((nextLow >>> 10) ^ (nextLow >>> 14)) & FETCH_INDEX) + FETCH_ENTRIES;
    if (tlb[entry] !== ((nextLow & TAG_PAGE) | hart.fetchContext) || tlb[entry + 1] !== nextHigh) {
      hart.pcLow = nextLow;
      hart.pcHigh = nextHigh;
      hart.remaining = steps;
      return ENTER;
    }
    code = pages[tlb[entry + 2]] as CodePage;
    slots = code.slots;
    pageLow = nextLow & TAG_PAGE;
    pageHigh = nextHigh;
    ip = nextLow & LAST_HALFWORD;
    jump = 0;
  }
}
