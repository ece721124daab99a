/**
 * The interpreter's inner loop: hot instructions, a case each. It is written to be read beside the
 * specification; what is not here, or does not hit the TLB, leaves the switch for exec/slow, which
 * executes the whole instruction there.
 *
 * ```
 * loop: spend a step; op = slot.op
 *   ALU         rd = f(rs1, rs2 | imm);                    next slot
 *   load/store  tag = va & (page | size − 1) | context
 *               if TLB[va].tag ≠ tag: slow;  memory[va + TLB[va].addend];  next slot
 *   jump        inside the page: slot of the target;  else fetch TLB, code page, slot
 * ```
 * Nothing is sampled on each instruction but the budget. A slow path that changes what is pending
 * sets `stop`, which is honoured after that instruction.
 */
import { frameRecord } from '../frames/host';
import { Op } from '../generated/ops';
import { at, F_OFFSET } from '../hart/hart';
import { addendOf, fetchEntry, readEntry, TAG_PAGE, tagOf, writeEntry } from '../mmu/entry';
import { orcB, rolw, rorw, word } from './bits';
import { codeExtensions } from './code-page';
import { enterPage, NO_FRAME, TRAPPED } from './fetch';
import { div, divu, divuw, divw, mulh, mulhsu, mulhu, rem, remu, remuw, remw } from './multiply';
import { AGAIN, REDIRECT, REENTER } from './outcome';
import { executeSlow } from './slow';

/** Slots of a 4-byte and a 2-byte instruction. */
const LONG: usize = 16;
const SHORT: usize = 8;
/** Bytes of a page's slots; also the end of jump targets inside the page. */
const PAGE_SLOTS: u32 = 2048 << 3;
/** NaN-boxing of a single in a double register (Unprivileged 21.2). */
const BOXED: u64 = 0xffff_ffff_0000_0000;
/** No jump pending: no instruction begins at an odd address. */
const NOWHERE: u64 = 1;

function rs1(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 2));
}

function rs2(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 3));
}

function fs2(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 3), F_OFFSET);
}

function imm(ip: usize): u64 {
  return <u64>(<i64>load<i32>(ip, 4));
}

function setRd(hart: usize, ip: usize, value: u64): void {
  store<u64>(hart + load<u8>(ip, 1), value);
}

function setFd(hart: usize, ip: usize, value: u64): void {
  store<u64>(hart + load<u8>(ip, 1), value, F_OFFSET);
}

function pcOf(page: u64, code: usize, ip: usize): u64 {
  return page + <u64>((ip - code) >> 2);
}

function slotAt(code: usize, pc: u64): usize {
  return code + ((<usize>pc & 0xffe) << 2);
}

function linear(entry: usize, va: u64): usize {
  return <usize>(<u32>va + addendOf(entry));
}

/** Code page of a jump's target if the fetch TLB and the code pool have it, else 0. */
function fetchHit(hart: usize, target: u64): usize {
  const entry = fetchEntry(hart, target);
  if (tagOf(entry) !== ((target & TAG_PAGE) | at(hart).fetchContext)) return 0;
  const code = <usize>frameRecord((<u32>target + addendOf(entry)) >> 12).codePage;
  return code && codeExtensions(code) === at(hart).extensions ? code : 0;
}

/**
 * Executes from `pc` until `remaining` is spent or `stop` is set. On return pc and `remaining` are
 * exact: steps spent are those retired and those that trapped.
 */
export function interpret(hart: usize): void {
  const state = at(hart);
  while (state.remaining > 0 && !state.stop) {
    const entered = enterPage(hart, state.pc);
    if (entered > NO_FRAME) runFrom(hart, entered);
    else if (entered === TRAPPED) state.remaining -= 1;
  }
}

/** Alternates between the inner loop and exec/slow until control must enter a page anew. */
function runFrom(hart: usize, entered: usize): void {
  const state = at(hart);
  let code = entered;
  let page = state.pc & TAG_PAGE;
  let slot = slotAt(code, state.pc);
  while (true) {
    slot = executeHot(hart, code, page, slot);
    if (!slot) return;
    code = state.code;
    page = state.pc & TAG_PAGE;
    const outcome = executeSlow(hart, slot, code);
    if (outcome === REDIRECT) return;
    if (outcome === AGAIN || outcome === REENTER) {
      state.remaining += 1;
      if (outcome === REENTER) return;
    } else {
      slot += outcome << 2;
      state.pc += outcome;
      if (state.stop) return;
    }
  }
}

/**
 * The inner loop, from `slot` of the code page of the virtual page `start`. It calls nothing, so that
 * its state stays in registers. Returns the slot of an instruction for exec/slow, for which a step is
 * already spent, with pc at it and its code page in `code`; or 0 when pc is not to be had from the fetch
 * TLB or the budget is spent.
 */
function executeHot(hart: usize, entered: usize, start: u64, slot: usize): usize {
  const context = at(hart).dataContext;
  let steps = at(hart).remaining;
  let code = entered;
  let page = start;
  let ip = slot;
  let jump = NOWHERE;
  while (true) {
    if (--steps < 0) {
      at(hart).pc = pcOf(page, code, ip);
      at(hart).remaining = 0;
      return 0;
    }
    switch (<i32>load<u8>(ip)) {
      case Op.NOP:
        ip += LONG;
        continue;
      case Op.NOP_2:
        ip += SHORT;
        continue;
      case Op.LI:
        setRd(hart, ip, imm(ip));
        ip += LONG;
        continue;
      case Op.LI_2:
        setRd(hart, ip, imm(ip));
        ip += SHORT;
        continue;
      case Op.MV:
        setRd(hart, ip, rs1(hart, ip));
        ip += LONG;
        continue;
      case Op.MV_2:
        setRd(hart, ip, rs1(hart, ip));
        ip += SHORT;
        continue;
      case Op.LUI:
        setRd(hart, ip, imm(ip));
        ip += LONG;
        continue;
      case Op.LUI_2:
        setRd(hart, ip, imm(ip));
        ip += SHORT;
        continue;
      case Op.AUIPC:
        setRd(hart, ip, pcOf(page, code, ip) + imm(ip));
        ip += LONG;
        continue;
      case Op.ADDI:
        setRd(hart, ip, rs1(hart, ip) + imm(ip));
        ip += LONG;
        continue;
      case Op.ADDI_2:
        setRd(hart, ip, rs1(hart, ip) + imm(ip));
        ip += SHORT;
        continue;
      case Op.SLTI:
        setRd(hart, ip, <i64>rs1(hart, ip) < <i64>imm(ip) ? 1 : 0);
        ip += LONG;
        continue;
      case Op.SLTIU:
        setRd(hart, ip, rs1(hart, ip) < imm(ip) ? 1 : 0);
        ip += LONG;
        continue;
      case Op.XORI:
        setRd(hart, ip, rs1(hart, ip) ^ imm(ip));
        ip += LONG;
        continue;
      case Op.ORI:
        setRd(hart, ip, rs1(hart, ip) | imm(ip));
        ip += LONG;
        continue;
      case Op.ANDI:
        setRd(hart, ip, rs1(hart, ip) & imm(ip));
        ip += LONG;
        continue;
      case Op.ANDI_2:
        setRd(hart, ip, rs1(hart, ip) & imm(ip));
        ip += SHORT;
        continue;
      case Op.SLLI:
        setRd(hart, ip, rs1(hart, ip) << imm(ip));
        ip += LONG;
        continue;
      case Op.SLLI_2:
        setRd(hart, ip, rs1(hart, ip) << imm(ip));
        ip += SHORT;
        continue;
      case Op.SRLI:
        setRd(hart, ip, rs1(hart, ip) >> imm(ip));
        ip += LONG;
        continue;
      case Op.SRLI_2:
        setRd(hart, ip, rs1(hart, ip) >> imm(ip));
        ip += SHORT;
        continue;
      case Op.SRAI:
        setRd(hart, ip, <i64>rs1(hart, ip) >> <i64>imm(ip));
        ip += LONG;
        continue;
      case Op.SRAI_2:
        setRd(hart, ip, <i64>rs1(hart, ip) >> <i64>imm(ip));
        ip += SHORT;
        continue;
      case Op.ADD:
        setRd(hart, ip, rs1(hart, ip) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.ADD_2:
        setRd(hart, ip, rs1(hart, ip) + rs2(hart, ip));
        ip += SHORT;
        continue;
      case Op.SUB:
        setRd(hart, ip, rs1(hart, ip) - rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SUB_2:
        setRd(hart, ip, rs1(hart, ip) - rs2(hart, ip));
        ip += SHORT;
        continue;
      case Op.SLL:
        setRd(hart, ip, rs1(hart, ip) << (rs2(hart, ip) & 63));
        ip += LONG;
        continue;
      case Op.SLT:
        setRd(hart, ip, <i64>rs1(hart, ip) < <i64>rs2(hart, ip) ? 1 : 0);
        ip += LONG;
        continue;
      case Op.SLTU:
        setRd(hart, ip, rs1(hart, ip) < rs2(hart, ip) ? 1 : 0);
        ip += LONG;
        continue;
      case Op.XOR:
        setRd(hart, ip, rs1(hart, ip) ^ rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.XOR_2:
        setRd(hart, ip, rs1(hart, ip) ^ rs2(hart, ip));
        ip += SHORT;
        continue;
      case Op.SRL:
        setRd(hart, ip, rs1(hart, ip) >> (rs2(hart, ip) & 63));
        ip += LONG;
        continue;
      case Op.SRA:
        setRd(hart, ip, <i64>rs1(hart, ip) >> (<i64>rs2(hart, ip) & 63));
        ip += LONG;
        continue;
      case Op.OR:
        setRd(hart, ip, rs1(hart, ip) | rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.OR_2:
        setRd(hart, ip, rs1(hart, ip) | rs2(hart, ip));
        ip += SHORT;
        continue;
      case Op.AND:
        setRd(hart, ip, rs1(hart, ip) & rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.AND_2:
        setRd(hart, ip, rs1(hart, ip) & rs2(hart, ip));
        ip += SHORT;
        continue;
      case Op.ADDIW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) + <u32>imm(ip)));
        ip += LONG;
        continue;
      case Op.ADDIW_2:
        setRd(hart, ip, word(<u32>rs1(hart, ip) + <u32>imm(ip)));
        ip += SHORT;
        continue;
      case Op.SLLIW:
        setRd(hart, ip, word((<u32>rs1(hart, ip)) << (<u32>imm(ip))));
        ip += LONG;
        continue;
      case Op.SRLIW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) >> <u32>imm(ip)));
        ip += LONG;
        continue;
      case Op.SRAIW:
        setRd(hart, ip, word(<u32>(<i32>rs1(hart, ip) >> <i32>imm(ip))));
        ip += LONG;
        continue;
      case Op.ADDW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) + <u32>rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.ADDW_2:
        setRd(hart, ip, word(<u32>rs1(hart, ip) + <u32>rs2(hart, ip)));
        ip += SHORT;
        continue;
      case Op.SUBW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) - <u32>rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.SUBW_2:
        setRd(hart, ip, word(<u32>rs1(hart, ip) - <u32>rs2(hart, ip)));
        ip += SHORT;
        continue;
      case Op.SLLW:
        setRd(hart, ip, word((<u32>rs1(hart, ip)) << (<u32>rs2(hart, ip) & 31)));
        ip += LONG;
        continue;
      case Op.SRLW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) >> (<u32>rs2(hart, ip) & 31)));
        ip += LONG;
        continue;
      case Op.SRAW:
        setRd(hart, ip, word(<u32>(<i32>rs1(hart, ip) >> (<i32>rs2(hart, ip) & 31))));
        ip += LONG;
        continue;
      case Op.MUL:
        setRd(hart, ip, rs1(hart, ip) * rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.MULW:
        setRd(hart, ip, word(<u32>rs1(hart, ip) * <u32>rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MULH:
        setRd(hart, ip, mulh(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MULHSU:
        setRd(hart, ip, mulhsu(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MULHU:
        setRd(hart, ip, mulhu(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.DIV:
        setRd(hart, ip, div(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.DIVU:
        setRd(hart, ip, divu(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.REM:
        setRd(hart, ip, rem(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.REMU:
        setRd(hart, ip, remu(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.DIVW:
        setRd(hart, ip, divw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.DIVUW:
        setRd(hart, ip, divuw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.REMW:
        setRd(hart, ip, remw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.REMUW:
        setRd(hart, ip, remuw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.SH1ADD:
        setRd(hart, ip, (rs1(hart, ip) << 1) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SH2ADD:
        setRd(hart, ip, (rs1(hart, ip) << 2) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SH3ADD:
        setRd(hart, ip, (rs1(hart, ip) << 3) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.ADD_UW:
        setRd(hart, ip, <u64>(<u32>rs1(hart, ip)) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SH1ADD_UW:
        setRd(hart, ip, ((<u64>(<u32>rs1(hart, ip))) << 1) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SH2ADD_UW:
        setRd(hart, ip, ((<u64>(<u32>rs1(hart, ip))) << 2) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SH3ADD_UW:
        setRd(hart, ip, ((<u64>(<u32>rs1(hart, ip))) << 3) + rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.SLLI_UW:
        setRd(hart, ip, (<u64>(<u32>rs1(hart, ip))) << imm(ip));
        ip += LONG;
        continue;
      case Op.ANDN:
        setRd(hart, ip, rs1(hart, ip) & ~rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.ORN:
        setRd(hart, ip, rs1(hart, ip) | ~rs2(hart, ip));
        ip += LONG;
        continue;
      case Op.XNOR:
        setRd(hart, ip, ~(rs1(hart, ip) ^ rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MIN:
        setRd(hart, ip, <u64>min<i64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MINU:
        setRd(hart, ip, min<u64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MAX:
        setRd(hart, ip, <u64>max<i64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.MAXU:
        setRd(hart, ip, max<u64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.ROL:
        setRd(hart, ip, rotl<u64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.ROR:
        setRd(hart, ip, rotr<u64>(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.RORI:
        setRd(hart, ip, rotr<u64>(rs1(hart, ip), imm(ip)));
        ip += LONG;
        continue;
      case Op.ROLW:
        setRd(hart, ip, rolw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.RORW:
        setRd(hart, ip, rorw(rs1(hart, ip), rs2(hart, ip)));
        ip += LONG;
        continue;
      case Op.RORIW:
        setRd(hart, ip, rorw(rs1(hart, ip), imm(ip)));
        ip += LONG;
        continue;
      case Op.CLZ:
        setRd(hart, ip, clz<u64>(rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.CTZ:
        setRd(hart, ip, ctz<u64>(rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.CPOP:
        setRd(hart, ip, popcnt<u64>(rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.CLZW:
        setRd(hart, ip, <u64>clz<u32>(<u32>rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.CTZW:
        setRd(hart, ip, <u64>ctz<u32>(<u32>rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.CPOPW:
        setRd(hart, ip, <u64>popcnt<u32>(<u32>rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.SEXT_B:
        setRd(hart, ip, <u64>(<i64>(<i8>rs1(hart, ip))));
        ip += LONG;
        continue;
      case Op.SEXT_H:
        setRd(hart, ip, <u64>(<i64>(<i16>rs1(hart, ip))));
        ip += LONG;
        continue;
      case Op.ZEXT_H:
        setRd(hart, ip, rs1(hart, ip) & 0xffff);
        ip += LONG;
        continue;
      case Op.ORC_B:
        setRd(hart, ip, orcB(rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.REV8:
        setRd(hart, ip, bswap<u64>(rs1(hart, ip)));
        ip += LONG;
        continue;
      case Op.BCLR:
        setRd(hart, ip, rs1(hart, ip) & ~((<u64>1) << (rs2(hart, ip) & 63)));
        ip += LONG;
        continue;
      case Op.BCLRI:
        setRd(hart, ip, rs1(hart, ip) & ~((<u64>1) << imm(ip)));
        ip += LONG;
        continue;
      case Op.BEXT:
        setRd(hart, ip, (rs1(hart, ip) >> (rs2(hart, ip) & 63)) & 1);
        ip += LONG;
        continue;
      case Op.BEXTI:
        setRd(hart, ip, (rs1(hart, ip) >> imm(ip)) & 1);
        ip += LONG;
        continue;
      case Op.BINV:
        setRd(hart, ip, rs1(hart, ip) ^ ((<u64>1) << (rs2(hart, ip) & 63)));
        ip += LONG;
        continue;
      case Op.BINVI:
        setRd(hart, ip, rs1(hart, ip) ^ ((<u64>1) << imm(ip)));
        ip += LONG;
        continue;
      case Op.BSET:
        setRd(hart, ip, rs1(hart, ip) | ((<u64>1) << (rs2(hart, ip) & 63)));
        ip += LONG;
        continue;
      case Op.BSETI:
        setRd(hart, ip, rs1(hart, ip) | ((<u64>1) << imm(ip)));
        ip += LONG;
        continue;
      case Op.CZERO_EQZ:
        setRd(hart, ip, rs2(hart, ip) ? rs1(hart, ip) : 0);
        ip += LONG;
        continue;
      case Op.CZERO_NEZ:
        setRd(hart, ip, rs2(hart, ip) ? 0 : rs1(hart, ip));
        ip += LONG;
        continue;
      case Op.LB: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 0)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>(<i64>load<i8>(linear(entry, va))));
        ip += LONG;
        continue;
      }
      case Op.LH: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 1)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>(<i64>load<i16>(linear(entry, va))));
        ip += LONG;
        continue;
      }
      case Op.LW: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>(<i64>load<i32>(linear(entry, va))));
        ip += LONG;
        continue;
      }
      case Op.LW_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>(<i64>load<i32>(linear(entry, va))));
        ip += SHORT;
        continue;
      }
      case Op.LD: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, load<u64>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.LD_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, load<u64>(linear(entry, va)));
        ip += SHORT;
        continue;
      }
      case Op.LBU: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 0)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>load<u8>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.LHU: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 1)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>load<u16>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.LWU: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        setRd(hart, ip, <u64>load<u32>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.SB: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 0)) | context) !== tagOf(entry)) break;
        store<u8>(linear(entry, va), <u8>rs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.SH: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 1)) | context) !== tagOf(entry)) break;
        store<u16>(linear(entry, va), <u16>rs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.SW: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        store<u32>(linear(entry, va), <u32>rs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.SW_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        store<u32>(linear(entry, va), <u32>rs2(hart, ip));
        ip += SHORT;
        continue;
      }
      case Op.SD: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        store<u64>(linear(entry, va), <u64>rs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.SD_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        store<u64>(linear(entry, va), <u64>rs2(hart, ip));
        ip += SHORT;
        continue;
      }
      case Op.FLW: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        setFd(hart, ip, BOXED | <u64>load<u32>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.FLD: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        setFd(hart, ip, load<u64>(linear(entry, va)));
        ip += LONG;
        continue;
      }
      case Op.FLD_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = readEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        setFd(hart, ip, load<u64>(linear(entry, va)));
        ip += SHORT;
        continue;
      }
      case Op.FSW: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 3)) | context) !== tagOf(entry)) break;
        store<u32>(linear(entry, va), <u32>fs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.FSD: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        store<u64>(linear(entry, va), <u64>fs2(hart, ip));
        ip += LONG;
        continue;
      }
      case Op.FSD_2: {
        const va = rs1(hart, ip) + imm(ip);
        const entry = writeEntry(hart, va);
        if (!at(hart).floatReady || ((va & (TAG_PAGE | 7)) | context) !== tagOf(entry)) break;
        store<u64>(linear(entry, va), <u64>fs2(hart, ip));
        ip += SHORT;
        continue;
      }
      case Op.BEQZ:
        if (!rs1(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BEQZ_2:
        if (!rs1(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += SHORT;
        continue;
      case Op.BNEZ:
        if (rs1(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BNEZ_2:
        if (rs1(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += SHORT;
        continue;
      case Op.BEQ:
        if (rs1(hart, ip) === rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BNE:
        if (rs1(hart, ip) !== rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BLT:
        if (<i64>rs1(hart, ip) < <i64>rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BGE:
        if (<i64>rs1(hart, ip) >= <i64>rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BLTU:
        if (rs1(hart, ip) < rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.BGEU:
        if (rs1(hart, ip) >= rs2(hart, ip)) {
          const target = load<u32>(ip, 4);
          if (target < PAGE_SLOTS) {
            ip = code + target;
            continue;
          }
          jump = page + <u64>(<i64>(<i32>target >> 2));
          break;
        }
        ip += LONG;
        continue;
      case Op.J: {
        const target = load<u32>(ip, 4);
        if (target < PAGE_SLOTS) {
          ip = code + target;
          continue;
        }
        jump = page + <u64>(<i64>(<i32>target >> 2));
        break;
      }
      case Op.J_2: {
        const target = load<u32>(ip, 4);
        if (target < PAGE_SLOTS) {
          ip = code + target;
          continue;
        }
        jump = page + <u64>(<i64>(<i32>target >> 2));
        break;
      }
      case Op.JAL: {
        const target = load<u32>(ip, 4);
        setRd(hart, ip, pcOf(page, code, ip) + 4);
        if (target < PAGE_SLOTS) {
          ip = code + target;
          continue;
        }
        jump = page + <u64>(<i64>(<i32>target >> 2));
        break;
      }
      case Op.JR: {
        const target = (rs1(hart, ip) + imm(ip)) & ~1;
        if ((target & TAG_PAGE) === page) {
          ip = slotAt(code, target);
          continue;
        }
        jump = target;
        break;
      }
      case Op.JR_2: {
        const target = (rs1(hart, ip) + imm(ip)) & ~1;
        if ((target & TAG_PAGE) === page) {
          ip = slotAt(code, target);
          continue;
        }
        jump = target;
        break;
      }
      case Op.JALR: {
        const target = (rs1(hart, ip) + imm(ip)) & ~1;
        setRd(hart, ip, pcOf(page, code, ip) + 4);
        if ((target & TAG_PAGE) === page) {
          ip = slotAt(code, target);
          continue;
        }
        jump = target;
        break;
      }
      case Op.JALR_2: {
        const target = (rs1(hart, ip) + imm(ip)) & ~1;
        setRd(hart, ip, pcOf(page, code, ip) + 2);
        if ((target & TAG_PAGE) === page) {
          ip = slotAt(code, target);
          continue;
        }
        jump = target;
        break;
      }
      case Op.PAGE_END:
        steps += 1;
        jump = pcOf(page, code, ip);
        break;
    }
    if (jump === NOWHERE) {
      at(hart).pc = pcOf(page, code, ip);
      at(hart).code = <u32>code;
      at(hart).remaining = steps;
      return ip;
    }
    const found = fetchHit(hart, jump);
    if (!found) {
      at(hart).pc = jump;
      at(hart).remaining = steps;
      return 0;
    }
    code = found;
    page = jump & TAG_PAGE;
    ip = slotAt(code, jump);
    jump = NOWHERE;
  }
}
