import {
  type Access,
  ATOMIC_SELECTIONS,
  ATOMICS,
  type Atomic,
  type AtomicSelection,
  CONDITIONS,
  FLOAT_COMPARISONS,
  FLOAT_MOVES,
  FLOAT_RESULTS,
  JUMPS,
  LOADS,
  RESULTS,
  STORES,
} from './bodies.js';
import { HEADER } from './generated-text.js';
import { numberOps } from './ops.js';

/**
 * The text of `hot-loop.ts`, the interpreter's inner loop: a case for each hot op and its two-byte form,
 * made from isa/bodies.ts. What a case cannot do itself leaves the switch for exec/slow.
 *
 * ```
 * loop: spend a step; op = slot.op
 *   ALU         rd = f(rs1, rs2 | imm);                    next slot
 *   load/store  tag = va & (page | size - 1) | context
 *               if TLB[va].tag != tag: slow;  memory[va + TLB[va].addend];  next slot
 *   jump        inside the page: slot of the target;  else fetch TLB, code page, slot
 * ```
 */

/** Slots of eight bytes stand for two bytes of code each. */
const SLOT_BYTES_PER_CODE_BYTE = 4;

/** Puts operand accessors for the letters of a body. */
function operands(body: string): string {
  return body
    .replace(/\bpc\b/g, 'pcOf(page, code, ip)')
    .replace(/\ba\b/g, 'rs1(hart, ip)')
    .replace(/\bb\b/g, 'rs2(hart, ip)')
    .replace(/\bi\b/g, 'imm(ip)');
}

const next = (length: number) => `ip += ${length * SLOT_BYTES_PER_CODE_BYTE};\ncontinue;`;

function resultCase(body: string, length: number): string {
  return `setRd(hart, ip, ${operands(body)});\n${next(length)}`;
}

function accessCase(access: Access, length: number, load: boolean): string {
  const { bytes, type, extend = 'm', float = false } = access;
  // By itself: joined with the next condition, both would always be computed.
  const ready = float ? 'if (!at(hart).floatReady) break;\n' : '';
  const value = extend.replace(/\bm\b/g, `load<${type}>(linear(entry, va))`);
  const act = load
    ? `${float ? 'setFd' : 'setRd'}(hart, ip, ${value});`
    : `store<${type}>(linear(entry, va), <${type}>${float ? 'fs2' : 'rs2'}(hart, ip));`;
  return `const va = rs1(hart, ip) + imm(ip);
const entry = ${load ? 'readEntry' : 'writeEntry'}(hart, va);
${ready}if (((va & (TAG_PAGE | ${bytes - 1})) | context) !== tagOf(entry)) break;
${act}
${next(length)}`;
}

/**
 * Targets worth translating are counted: of backward jumps, calls, returns, and whatever enters a page. The one whose
 * count ends leaves the loop, for the translator to be asked.
 */
const COUNT = `if (cools(code, ip - code)) continue;
at(hart).wanted = 1;
steps -= 1;
break;`;

const FIXED_TARGET = `if (target < PAGE_SLOTS) {
  const forward = code + target > ip;
  ip = code + target;
  if (forward) continue;
  ${COUNT}
}
jump = page + <u64>(<i64>(<i32>target >> 2));`;

function branchCase(condition: string, length: number): string {
  return `if (${operands(condition)}) {
const target = load<u32>(ip, 4);
${FIXED_TARGET}
break;
}
${next(length)}`;
}

function jumpCase(kind: { link: boolean; register: boolean }, length: number): string {
  const link = kind.link ? `setRd(hart, ip, pcOf(page, code, ip) + ${length});\n` : '';
  if (!kind.register) return `const target = load<u32>(ip, 4);\n${link}${FIXED_TARGET}\nbreak;`;
  return `const target = (rs1(hart, ip) + imm(ip)) & ~1;
${link}if ((target & TAG_PAGE) === page) {
  ip = slotAt(code, target);
  ${COUNT}
}
jump = target;
break;`;
}

/** Slow-tier ops with a fast path: their slot holds the instruction word, which has rs2. */
function atomicCase({ bytes, result, reads = false }: Atomic): string {
  const type = bytes === 4 ? 'u32' : 'u64';
  const value = result
    .replace(/\bp\b/g, 'linear(entry, va)')
    .replace(/\bb\b/g, `<${type}>rs2OfWord(hart, ip)`)
    .replace(/\bgpa\b/g, 'guestAddress(entry, va)');
  return `const va = rs1(hart, ip);
const entry = ${reads ? 'readEntry' : 'writeEntry'}(hart, va);
if (((va & (TAG_PAGE | ${bytes - 1})) | context) !== tagOf(entry)) break;
const value = ${bytes === 4 ? `word(<u32>${value})` : value};
if (load<u8>(ip, 1)) setRd(hart, ip, value);
${next(4)}`;
}

/** SC stores while the hart holds what LR reserved; that it does not is found out by exec/slow. */
function storeConditionalCase(bytes: 4 | 8): string {
  const type = bytes === 4 ? 'u32' : 'u64';
  return `const va = rs1(hart, ip);
const entry = writeEntry(hart, va);
if (((va & (TAG_PAGE | ${bytes - 1})) | context) !== tagOf(entry)) break;
if (!holdsReservation(hart, guestAddress(entry, va), ${bytes})) break;
at(hart).reservationSize = 0;
atomic.store<${type}>(linear(entry, va), <${type}>rs2OfWord(hart, ip));
if (load<u8>(ip, 1)) setRd(hart, ip, 0);
${next(4)}`;
}

/** `o` is what was read, `b` the operand; should another hart come between, exec/slow tries again. */
function selectCase({ bytes, type, chosen }: AtomicSelection): string {
  const value = chosen.replace(/\bo\b/g, 'old').replace(/\bb\b/g, 'operand');
  return `const va = rs1(hart, ip);
const entry = writeEntry(hart, va);
if (((va & (TAG_PAGE | ${bytes - 1})) | context) !== tagOf(entry)) break;
const operand = <${type}>rs2OfWord(hart, ip);
const old = atomic.load<${type}>(linear(entry, va));
if (atomic.cmpxchg<${type}>(linear(entry, va), old, ${value}) !== old) break;
if (load<u8>(ip, 1)) setRd(hart, ip, ${bytes === 4 ? 'word(<u32>old)' : '<u64>old'});
${next(4)}`;
}

function floatCase(op: string, double: boolean): string | undefined {
  const body = FLOAT_RESULTS[op.slice(0, -2)];
  if (body === undefined) return undefined;
  const [bits, type, suffix] = double ? ['u64', 'f64', 'D'] : ['u32', 'f32', 'S'];
  const value = body
    .replace(/\bx\b/g, `fs1${suffix}(hart, ip)`)
    .replace(/\by\b/g, `fs2${suffix}(hart, ip)`);
  const boxed = double ? '' : 'if (!areBoxed(hart, ip)) break;\n';
  // A sum is exact where it is tiny.
  const holds =
    op.startsWith('FADD') || op.startsWith('FSUB')
      ? `abs<${type}>(result) < Infinity`
      : `isPlain<${bits}>(reinterpret<${bits}>(result))`;
  const stored = double ? 'reinterpret<u64>(result)' : 'BOXED | <u64>reinterpret<u32>(result)';
  return `if (!at(hart).floatFast) break;
if (!roundsNearest(ip)) break;
${boxed}const result = <${type}>(${value});
if (!(${holds})) break;
setFd(hart, ip, ${stored});
${next(4)}`;
}

/**
 * The four fused operations of a width, one case for all, so that what they call stands there once. They
 * differ by the signs of product and addend, which bits 3 and 2 of the opcode tell (Unprivileged 20.6).
 */
function fusedCase(double: boolean): string {
  const [bits, bank] = double ? ['u64', 'D'] : ['u32', 'S'];
  const result = `fused${double ? 'Double' : 'Single'}(productSign<${bits}>(ip) ^ fs1Bits${bank}(hart, ip), fs2Bits${bank}(hart, ip), addendSign<${bits}>(ip) ^ fs3Bits${bank}(hart, ip), true)`;
  const boxed = double ? '' : 'if (!areAllBoxed(hart, ip)) break;\n';
  return `if (!at(hart).floatFast) break;
if (!roundsNearest(ip)) break;
${boxed}const result = ${result};
if (!isPlain<${bits}>(result)) break;
setFd(hart, ip, ${double ? 'result' : 'BOXED | <u64>result'});
${next(4)}`;
}

const FUSED = ['FMADD', 'FMSUB', 'FNMSUB', 'FNMADD'];

function fusedCases(): string[] {
  return ['S', 'D'].map((suffix) => {
    const labels = FUSED.map((op) => `case Op.${op}_${suffix}:`).join('\n');
    return `${labels} {\n${fusedCase(suffix === 'D')}\n}`;
  });
}

function comparisonCase(body: string): string {
  return `const x = fs1D(hart, ip);
const y = fs2D(hart, ip);
if (!at(hart).floatReady || !load<u8>(ip, 1) || x !== x || y !== y) break;
setRd(hart, ip, ${body} ? 1 : 0);
${next(4)}`;
}

function moveCase(body: string): string {
  return `const x = reinterpret<u64>(fs1D(hart, ip));
const y = reinterpret<u64>(fs2D(hart, ip));
if (!at(hart).floatReady) break;
setFd(hart, ip, ${body});
${next(4)}`;
}

/** The case of a slow-tier op that has a fast path, if it has. */
function fastPathOf(op: string): string | undefined {
  const atomic = ATOMICS[op];
  if (atomic !== undefined) return atomicCase(atomic);
  const selection = ATOMIC_SELECTIONS[op];
  if (selection !== undefined) return selectCase(selection);
  if (op === 'SC_W' || op === 'SC_D') return storeConditionalCase(op === 'SC_W' ? 4 : 8);
  const comparison = FLOAT_COMPARISONS[op];
  if (comparison !== undefined) return comparisonCase(comparison);
  const move = FLOAT_MOVES[op];
  if (move !== undefined) return moveCase(move);
  return floatCase(op, op.endsWith('_D'));
}

/** The statements of a hot op's case; throws for an op that has no body. */
function caseOf(op: string, length: number): string {
  if (op === 'NOP') return next(length);
  const result = RESULTS[op];
  if (result !== undefined) return resultCase(result, length);
  const load = LOADS[op];
  if (load !== undefined) return accessCase(load, length, true);
  const stored = STORES[op];
  if (stored !== undefined) return accessCase(stored, length, false);
  const condition = CONDITIONS[op];
  if (condition !== undefined) return branchCase(condition, length);
  const jump = JUMPS[op];
  if (jump !== undefined) return jumpCase(jump, length);
  throw new Error(`the hot op ${op} has no body in isa/bodies.ts`);
}

function cases(): string {
  const { names, firstSlow, firstShort } = numberOps();
  const first = names.indexOf('NOP');
  const long = names.slice(first, firstSlow).map((op) => `case Op.${op}: {\n${caseOf(op, 4)}\n}`);
  const short = names
    .slice(firstShort)
    .map((op) => `case Op.${op}: {\n${caseOf(op.slice(0, -2), 2)}\n}`);
  const fast = names.slice(firstSlow, firstShort).flatMap((op) => {
    const statements = fastPathOf(op);
    return statements === undefined ? [] : `case Op.${op}: {\n${statements}\n}`;
  });
  return [...long, ...fast, ...fusedCases(), ...short].join('\n');
}

/** `hot-loop.ts`: the function `executeHot`. */
export function hotLoopModule(): string {
  return `${HEADER}
import { orcB, rolw, rorw, word } from '../exec/bits';
import { div, divu, divuw, divw, mulh, mulhsu, mulhu, rem, remu, remuw, remw } from '../exec/multiply';
import {
  addendSign, areAllBoxed, areBoxed, BOXED, fetchHit, fs1BitsD, fs1BitsS, fs1D, fs1S, fs2, fs2BitsD, fs2BitsS, fs2D, fs2S, fs3BitsD, fs3BitsS, holdsReservation, imm, linear, NOWHERE, PAGE_SLOTS, pcOf, productSign, reserve,
  roundsNearest, rs1, rs2, rs2OfWord, setFd, setRd, SIGN, slotAt,
} from '../exec/operands';
import { at } from '../hart/hart';
import { cools } from '../jit/heat';
import { guestAddress, readEntry, TAG_PAGE, tagOf, writeEntry } from '../mmu/entry';
import { fusedDouble, fusedSingle } from '../softfloat/fused-native';
import { isPlain } from '../softfloat/native';
import { Op } from './ops';

/**
 * The inner loop, from \`slot\` of the code page of the virtual page \`start\`. It calls nothing, so that
 * its state stays in registers. Returns the slot of an instruction for exec/slow, for which a step is
 * already spent, with pc at it and its code page in \`code\` (\`wanted\` says that it only is to be translated); or 0 when the fetch TLB does not have pc or
 * the budget is spent.
 */
export function executeHot(hart: usize, entered: usize, start: u64, slot: usize): usize {
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
case Op.PAGE_END: {
steps += 1;
jump = pcOf(page, code, ip);
break;
}
${cases()}
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
    if (cools(code, ip - code)) continue;
    at(hart).wanted = 1;
    at(hart).pc = pcOf(page, code, ip);
    at(hart).code = <u32>code;
    at(hart).remaining = steps - 1;
    return ip;
  }
}
`;
}
