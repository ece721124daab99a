/** Zicsr, Zifencei and the privileged instructions (Unprivileged 7; Privileged 3.3, 12.2). */
import { Op } from '../generated/ops';
import { BREAKPOINT, MACHINE_ECALL, SUPERVISOR_ECALL, USER_ECALL } from '../hart/cause';
import { CSR_SATP, mayAccess, readCsr } from '../hart/csr';
import { CSR_MIP } from '../hart/csr-machine';
import { csrMissing } from '../hart/csr-value';
import { writeCsr } from '../hart/csr-write';
import { at, MACHINE, SUPERVISOR, USER } from '../hart/hart';
import { requestStop, wakingBits } from '../hart/interrupts';
import { TSR, TVM, TW } from '../hart/status';
import { raise, returnFromMachine, returnFromSupervisor } from '../hart/trap';
import { fenceAll, fenceRange } from '../mmu/tlb';
import { sbiCall } from '../sbi/sbi';
import { EXIT_MEMORY, VM_SBI, vmAt } from '../vm/vm';
import { REDIRECT, REENTER } from './outcome';

/** The instruction is illegal here; exec/slow raises the exception with the word's bits. */
export const ILLEGAL: u32 = 0xff;

function register(word: u32, shift: u32): usize {
  return (<usize>((word >> shift) & 31)) << 3;
}

/** CSRRW, CSRRS, CSRRC and their immediate forms. */
export function executeCsr(hart: usize, op: i32, word: u32): u32 {
  const number = word >> 20;
  const source = (word >> 15) & 31;
  const immediate = op >= Op.CSRRWI;
  const swap = op === Op.CSRRW || op === Op.CSRRWI;
  const write = swap || source !== 0;
  if (!mayAccess(hart, number, write)) return ILLEGAL;
  const old = readCsr(hart, number);
  if (csrMissing) return ILLEGAL;
  const operand = immediate ? <u64>source : load<u64>(hart + ((<usize>source) << 3));
  if (write) {
    // Read-modify-write of mip takes SEIP as software wrote it, not the PLIC's line (3.1.9).
    const base = number === CSR_MIP ? at(hart).mip : old;
    let value = operand;
    if (op === Op.CSRRS || op === Op.CSRRSI) value = base | operand;
    else if (!swap) value = base & ~operand;
    writeCsr(hart, number, value);
  }
  const rd = register(word, 7);
  if (rd) store<u64>(hart + rd, old);
  if (!write || number < 0x180 || (number > CSR_SATP && number < 0x3a0)) return 4;
  // satp and PMP change what may be fetched.
  at(hart).pc += 4;
  return REDIRECT;
}

/** ECALL; from S-mode of a VM that boots without firmware the core itself answers. */
export function executeEcall(hart: usize): u32 {
  const privilege = at(hart).privilege;
  if (privilege === SUPERVISOR && vmAt(at(hart).vm).flags & VM_SBI) {
    const pc = at(hart).pc;
    at(hart).pc = pc + 4;
    sbiCall(hart);
    if (vmAt(at(hart).vm).exitPending !== EXIT_MEMORY) return REDIRECT;
    at(hart).pc = pc;
    return REENTER;
  }
  const cause =
    privilege === MACHINE ? MACHINE_ECALL : privilege === USER ? USER_ECALL : SUPERVISOR_ECALL;
  raise(hart, cause, 0);
  return REDIRECT;
}

export function executeEbreak(hart: usize): u32 {
  raise(hart, BREAKPOINT, at(hart).pc);
  return REDIRECT;
}

/** WFI: illegal in U-mode, and in S-mode under TW (3.1.6.5). */
function waitForInterrupt(hart: usize): u32 {
  const privilege = at(hart).privilege;
  if (privilege === USER || (privilege === SUPERVISOR && at(hart).mstatus & TW)) return ILLEGAL;
  if (!wakingBits(hart)) {
    at(hart).waiting = 1;
    requestStop(hart);
  }
  return 4;
}

function fenceVirtual(hart: usize, word: u32): u32 {
  const privilege = at(hart).privilege;
  if (privilege === USER || (privilege === SUPERVISOR && at(hart).mstatus & TVM)) return ILLEGAL;
  const address = register(word, 15);
  const space = register(word, 20);
  const asid = <u32>load<u64>(hart + space) & 0xffff;
  if (address) fenceRange(hart, load<u64>(hart + address), 1, asid, space !== 0);
  else fenceAll(hart, asid, space !== 0);
  at(hart).pc += 4;
  return REDIRECT;
}

export function executePrivileged(hart: usize, op: i32, word: u32): u32 {
  const privilege = at(hart).privilege;
  switch (op) {
    case Op.MRET:
      if (privilege !== MACHINE) return ILLEGAL;
      returnFromMachine(hart);
      return REDIRECT;
    case Op.SRET:
      if (privilege === USER || (privilege === SUPERVISOR && at(hart).mstatus & TSR))
        return ILLEGAL;
      returnFromSupervisor(hart);
      return REDIRECT;
    case Op.WFI:
      return waitForInterrupt(hart);
    case Op.SFENCE_VMA:
      return fenceVirtual(hart, word);
    default:
      return ILLEGAL;
  }
}
