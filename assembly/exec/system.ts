/** Zicsr, Zifencei and the privileged instructions (Unprivileged 7; Privileged 3.3, 12.2). */
import { Op } from '../generated/ops';
import {
  BREAKPOINT,
  MACHINE_ECALL,
  SUPERVISOR_ECALL,
  USER_ECALL,
  VIRTUAL_ECALL,
} from '../hart/cause';
import { CSR_SATP, readCsr } from '../hart/csr';
import { ALLOWED, csrAccess, DENIED } from '../hart/csr-access';
import { CSR_HGATP, CSR_VSATP, replicaOf } from '../hart/csr-hypervisor';
import { CSR_MIP } from '../hart/csr-machine';
import { csrMissing } from '../hart/csr-value';
import { writeCsr } from '../hart/csr-write';
import { at, MACHINE, SUPERVISOR, USER } from '../hart/hart';
import { requestStop, VSSIP, wakingBits } from '../hart/interrupts';
import { TSR, TVM, TW, VTSR, VTVM, VTW } from '../hart/status';
import { raise, returnFromMachine, returnFromSupervisor } from '../hart/trap';
import { vmidOf } from '../mmu/context';
import { fenceAll, fenceAllVirtual, fenceRange, fenceRangeVirtual } from '../mmu/fence';
import { sbiCall } from '../sbi/sbi';
import { EXIT_MEMORY, VM_SBI, vmAt } from '../vm/vm';
import { executeHypervisor } from './hypervisor';
import { ILLEGAL, REDIRECT, REENTER, VIRTUAL } from './outcome';

function register(word: u32, shift: u32): usize {
  return (<usize>((word >> shift) & 31)) << 3;
}

/** CSRRW, CSRRS, CSRRC and their immediate forms. */
export function executeCsr(hart: usize, op: i32, word: u32): u32 {
  const named = word >> 20;
  const number = at(hart).virtualized ? replicaOf(named) : named;
  const source = (word >> 15) & 31;
  const immediate = op >= Op.CSRRWI;
  const swap = op === Op.CSRRW || op === Op.CSRRWI;
  const write = swap || source !== 0;
  const verdict = csrAccess(hart, named, write);
  if (verdict === DENIED) return ILLEGAL;
  const old = readCsr(hart, number);
  if (csrMissing) return ILLEGAL;
  if (verdict !== ALLOWED) return VIRTUAL;
  const operand = immediate ? <u64>source : load<u64>(hart + ((<usize>source) << 3));
  if (write) {
    // Read-modify-write of mip takes SEIP as software wrote it, not the PLIC's line (3.1.9).
    const base = number === CSR_MIP ? at(hart).mip | (at(hart).hvip & VSSIP) : old;
    let value = operand;
    if (op === Op.CSRRS || op === Op.CSRRSI) value = base | operand;
    else if (!swap) value = base & ~operand;
    writeCsr(hart, number, value);
  }
  const rd = register(word, 7);
  if (rd) store<u64>(hart + rd, old);
  if (!write || !changesFetch(hart, number)) return 4;
  at(hart).pc += 4;
  return REDIRECT;
}

/** Whether a write can change what the hart fetches: satp, with V=1 vsatp, hgatp, and PMP. */
function changesFetch(hart: usize, number: u32): bool {
  if (number === CSR_SATP || (number >= 0x3a0 && number < 0x400)) return true;
  return at(hart).virtualized !== 0 && (number === CSR_VSATP || number === CSR_HGATP);
}

/** ECALL; from S-mode of a VM that boots without firmware the core itself answers. */
export function executeEcall(hart: usize): u32 {
  const privilege = at(hart).privilege;
  const virtualized = at(hart).virtualized !== 0;
  if (privilege === SUPERVISOR && !virtualized && vmAt(at(hart).vm).flags & VM_SBI) {
    const pc = at(hart).pc;
    at(hart).pc = pc + 4;
    sbiCall(hart);
    if (vmAt(at(hart).vm).exitPending !== EXIT_MEMORY) return REDIRECT;
    at(hart).pc = pc;
    return REENTER;
  }
  let cause = virtualized ? VIRTUAL_ECALL : SUPERVISOR_ECALL;
  if (privilege === USER) cause = USER_ECALL;
  else if (privilege === MACHINE) cause = MACHINE_ECALL;
  raise(hart, cause, 0);
  return REDIRECT;
}

export function executeEbreak(hart: usize): u32 {
  raise(hart, BREAKPOINT, at(hart).pc);
  return REDIRECT;
}

/** WFI: not in U-mode, nor in S-mode under TW, nor in VS-mode under VTW (3.1.6.5, 15.2.1). */
function waitForInterrupt(hart: usize): u32 {
  const state = at(hart);
  if (state.privilege !== MACHINE && state.mstatus & TW) return ILLEGAL;
  if (state.privilege === USER) return state.virtualized ? VIRTUAL : ILLEGAL;
  if (state.virtualized && state.hstatus & VTW) return VIRTUAL;
  if (!wakingBits(hart)) {
    state.waiting = 1;
    requestStop(hart);
  }
  return 4;
}

/**
 * Whether a supervisor's instruction is allowed: not in U-mode, nor in S-mode while `trapped` is set in mstatus, nor in
 * VS-mode while `guestTrapped` is in hstatus.
 */
function supervisorOnly(hart: usize, trapped: u64, guestTrapped: u64): u32 {
  const state = at(hart);
  if (state.privilege === MACHINE) return 0;
  if (state.virtualized) {
    return state.privilege === USER || state.hstatus & guestTrapped ? VIRTUAL : 0;
  }
  return state.privilege === USER || state.mstatus & trapped ? ILLEGAL : 0;
}

/** SFENCE.VMA: with V=1 of the virtual machine's address spaces. */
function fenceSupervisor(hart: usize, word: u32): u32 {
  const denied = supervisorOnly(hart, TVM, VTVM);
  if (denied) return denied;
  const address = register(word, 15);
  const space = register(word, 20);
  const asid = <u32>load<u64>(hart + space) & 0xffff;
  const va = load<u64>(hart + address);
  if (at(hart).virtualized) {
    if (address) fenceRangeVirtual(hart, va, 1, vmidOf(hart), asid, space !== 0);
    else fenceAllVirtual(hart, vmidOf(hart), asid, space !== 0);
  } else if (address) {
    fenceRange(hart, va, 1, asid, space !== 0);
  } else {
    fenceAll(hart, asid, space !== 0);
  }
  at(hart).pc += 4;
  return REDIRECT;
}

export function executePrivileged(hart: usize, op: i32, word: u32): u32 {
  switch (op) {
    case Op.MRET:
      if (at(hart).privilege !== MACHINE) return ILLEGAL;
      returnFromMachine(hart);
      return REDIRECT;
    case Op.SRET: {
      const denied = supervisorOnly(hart, TSR, VTSR);
      if (denied) return denied;
      returnFromSupervisor(hart);
      return REDIRECT;
    }
    case Op.WFI:
      return waitForInterrupt(hart);
    case Op.SFENCE_VMA:
      return fenceSupervisor(hart, word);
    default:
      return executeHypervisor(hart, op, word);
  }
}
