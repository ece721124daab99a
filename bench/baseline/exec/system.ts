/** Zicsr and the privileged instructions (Unprivileged 7; Privileged 3.3, 12.2). */
import { BREAKPOINT, MACHINE_ECALL, SUPERVISOR_ECALL, USER_ECALL } from '../hart/cause.js';
import { csrMissing, mayAccess, readCsr } from '../hart/csr.js';
import { Csr } from '../hart/csr-number.js';
import { MSTATUS } from '../hart/csr-slot.js';
import { writeCsr } from '../hart/csr-write.js';
import { type Hart, MACHINE, SUPERVISOR, USER } from '../hart/hart.js';
import { requestStop, wakingBits } from '../hart/interrupts.js';
import { TSR, TVM, TW } from '../hart/status.js';
import { raise, returnFromMachine, returnFromSupervisor } from '../hart/trap.js';
import { fenceAll, fenceRange } from '../mmu/fence.js';
import { high } from '../pair.js';
import { callSbi } from '../sbi/sbi.js';
import { VM_SBI } from '../vm/vm.js';
import { Op } from './op.js';
import { REDIRECT } from './outcome.js';

/** The instruction is illegal here; exec/slow raises the exception with the word's bits. */
export const ILLEGAL = 5;

/** Moves pc behind an instruction of four bytes. */
function passOver(hart: Hart): void {
  const low = (hart.pcLow + 4) | 0;
  if (low >>> 0 < 4) hart.pcHigh = (hart.pcHigh + 1) | 0;
  hart.pcLow = low;
}

/** CSRRW, CSRRS, CSRRC and their immediate forms. */
export function executeCsr(hart: Hart, op: Op, word: number): number {
  const number = word >>> 20;
  const source = (word >>> 15) & 31;
  const swaps = op === Op.CSRRW || op === Op.CSRRWI;
  const writes = swaps || source !== 0;
  if (!mayAccess(hart, number, writes)) return ILLEGAL;
  const oldLow = readCsr(hart, number);
  const oldHigh = high;
  if (csrMissing) return ILLEGAL;
  if (writes) {
    const immediate = op >= Op.CSRRWI;
    let low = immediate ? source : hart.x[source << 1];
    let upper = immediate ? 0 : hart.x[(source << 1) + 1];
    if (!swaps) {
      // Read-modify-write of mip takes SEIP as software wrote it, not the PLIC's line (3.1.9).
      const base = number === Csr.MIP ? hart.mip : oldLow;
      const sets = op === Op.CSRRS || op === Op.CSRRSI;
      low = sets ? base | low : base & ~low;
      upper = sets ? oldHigh | upper : oldHigh & ~upper;
    }
    writeCsr(hart, number, low, upper);
  }
  const rd = ((word >>> 7) & 31) << 1;
  if (rd !== 0) {
    hart.x[rd] = oldLow;
    hart.x[rd + 1] = oldHigh;
  }
  if (!writes || number < Csr.SATP || (number > Csr.SATP && number < Csr.PMPCFG0)) return 4;
  // satp and PMP change what may be fetched.
  passOver(hart);
  return REDIRECT;
}

/** ECALL; from S-mode of a VM that boots without firmware the machine itself answers. */
export function executeEcall(hart: Hart): number {
  const privilege = hart.privilege;
  if (privilege === SUPERVISOR && (hart.vm.flags & VM_SBI) !== 0) {
    passOver(hart);
    callSbi(hart);
    return REDIRECT;
  }
  const cause =
    privilege === MACHINE ? MACHINE_ECALL : privilege === USER ? USER_ECALL : SUPERVISOR_ECALL;
  raise(hart, cause, 0, 0);
  return REDIRECT;
}

export function executeEbreak(hart: Hart): number {
  raise(hart, BREAKPOINT, hart.pcLow, hart.pcHigh);
  return REDIRECT;
}

/** Whether the hart's mode may not do what `trap`, a bit of mstatus, keeps from S-mode; U-mode never may. */
function isBarred(hart: Hart, trap: number): boolean {
  if (hart.privilege === USER) return true;
  return hart.privilege === SUPERVISOR && (hart.csr[MSTATUS] & trap) !== 0;
}

/** WFI (3.3.3). */
function waitForInterrupt(hart: Hart): number {
  if (wakingBits(hart) === 0) {
    hart.waiting = 1;
    requestStop(hart);
  }
  return 4;
}

function fenceVirtual(hart: Hart, word: number): number {
  const address = ((word >>> 15) & 31) << 1;
  const space = ((word >>> 20) & 31) << 1;
  const asid = hart.x[space] & 0xffff;
  if (address !== 0) {
    fenceRange(hart, hart.x[address], hart.x[address + 1], 1, asid, space !== 0);
  } else {
    fenceAll(hart, asid, space !== 0);
  }
  passOver(hart);
  return REDIRECT;
}

export function executePrivileged(hart: Hart, op: Op, word: number): number {
  switch (op) {
    case Op.SRET:
      if (isBarred(hart, TSR)) return ILLEGAL;
      returnFromSupervisor(hart);
      return REDIRECT;
    case Op.MRET:
      if (hart.privilege !== MACHINE) return ILLEGAL;
      returnFromMachine(hart);
      return REDIRECT;
    case Op.WFI:
      return isBarred(hart, TW) ? ILLEGAL : waitForInterrupt(hart);
    case Op.SFENCE_VMA:
      return isBarred(hart, TVM) ? ILLEGAL : fenceVirtual(hart, word);
    default:
      return ILLEGAL;
  }
}
