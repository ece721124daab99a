/** The section of a hart: registers and CSRs, interrupt lines, counters, and what its TLB knows. */
import { Ext } from '../generated/ops';
import { pcMask } from '../hart/csr-value';
import { refreshFloat } from '../hart/float-status';
import {
  at,
  F_OFFSET,
  HART_STARTED,
  HART_STOPPED,
  HART_SUSPENDED,
  Hart,
  MACHINE,
  REGIMES_OFFSET,
} from '../hart/hart';
import { ALL_INTERRUPTS, VSTIP } from '../hart/interrupts';
import { hasMode } from '../hart/model';
import { REGIME_WORDS } from '../hart/regime';
import { LATEST } from '../vm/clock';
import { visitMachineCsrs, visitPmp, visitSupervisorCsrs } from './csr-fields';
import { visitGuestCsrs, visitHypervisorCsrs } from './hypervisor-fields';
import { check, counters, field, fields, loading, refusal } from './record';
import { visitTranslation } from './translation-fields';

const REGISTERS: u32 = 32;
/** What devices drive. */
const LINES: u64 = ALL_INTERRUPTS | VSTIP;

export function visitHart(hart: usize): void {
  visitRegisters(hart);
  visitMachineCsrs(hart);
  visitSupervisorCsrs(hart);
  visitHypervisorCsrs(hart);
  visitGuestCsrs(hart);
  visitPmp(hart);
  visitActivity(hart);
  visitCounters(hart);
  visitTranslation(hart);
  if (loading && !refusal) refreshFloat(hart);
}

function visitRegisters(hart: usize): void {
  const state = at(hart);
  fields<u64>('x', hart, REGISTERS);
  check(state.x0 === 0);
  fields<u64>('f', hart + F_OFFSET, REGISTERS);
  field<u64>('pc', hart + offsetof<Hart>('pc'));
  check((state.pc & ~pcMask(hart)) === 0);
  field<u32>('privilege', hart + offsetof<Hart>('privilege'));
  check(hasMode(hart, state.privilege));
  field<u32>('virtualized', hart + offsetof<Hart>('virtualized'));
  const guest = (state.extensions & Ext.H) !== 0 && state.privilege !== MACHINE;
  check(state.virtualized <= <u32>guest);
  field<u32>('fcsr', hart + offsetof<Hart>('fcsr'));
  check(state.fcsr <= 0xff);
  field<u32>('reservationSize', hart + offsetof<Hart>('reservationSize'));
  check(state.reservationSize === 0 || state.reservationSize === 4 || state.reservationSize === 8);
  field<u64>('reservation', hart + offsetof<Hart>('reservation'));
}

/** Whether it runs, and what may interrupt it. */
function visitActivity(hart: usize): void {
  const state = at(hart);
  field<u32>('state', hart + offsetof<Hart>('state'));
  const known = state.state === HART_STARTED || state.state === HART_STOPPED;
  check(known || state.state === HART_SUSPENDED);
  field<u32>('waiting', hart + offsetof<Hart>('waiting'));
  check(state.waiting <= 1);
  field<u64>('lines', hart + offsetof<Hart>('lines'));
  check((state.lines & ~LINES) === 0);
  field<u64>('mtimecmp', hart + offsetof<Hart>('mtimecmp'));
}

function visitCounters(hart: usize): void {
  const state = at(hart);
  field<u64>('steps', hart + offsetof<Hart>('steps'));
  check(state.steps < LATEST);
  field<u64>('unretired', hart + offsetof<Hart>('unretired'));
  check(state.unretired <= state.steps);
  field<u64>('missRead', hart + offsetof<Hart>('missRead'));
  field<u64>('missWrite', hart + offsetof<Hart>('missWrite'));
  field<u64>('missFetch', hart + offsetof<Hart>('missFetch'));
  field<u64>('missGlobal', hart + offsetof<Hart>('missGlobal'));
  field<u64>('missRefill', hart + offsetof<Hart>('missRefill'));
  field<u64>('missMisaligned', hart + offsetof<Hart>('missMisaligned'));
  field<u64>('missMmio', hart + offsetof<Hart>('missMmio'));
  field<u64>('missCode', hart + offsetof<Hart>('missCode'));
  field<u64>('exceptions', hart + offsetof<Hart>('exceptions'));
  field<u64>('interrupts', hart + offsetof<Hart>('interrupts'));
  field<u64>('slow', hart + offsetof<Hart>('slow'));
  field<u64>('guestEcalls', hart + offsetof<Hart>('guestEcalls'));
  field<u64>('guestFetchFaults', hart + offsetof<Hart>('guestFetchFaults'));
  field<u64>('guestLoadFaults', hart + offsetof<Hart>('guestLoadFaults'));
  field<u64>('guestStoreFaults', hart + offsetof<Hart>('guestStoreFaults'));
  field<u64>('guestInstructions', hart + offsetof<Hart>('guestInstructions'));
  field<u64>('guestInterrupts', hart + offsetof<Hart>('guestInterrupts'));
  field<u64>('guestOthers', hart + offsetof<Hart>('guestOthers'));
  field<u64>('tableReads', hart + offsetof<Hart>('tableReads'));
  field<u64>('guestTableReads', hart + offsetof<Hart>('guestTableReads'));
  field<u64>('regionEntries', hart + offsetof<Hart>('regionEntries'));
  field<u64>('regionSteps', hart + offsetof<Hart>('regionSteps'));
  field<u64>('regimeBegan', hart + offsetof<Hart>('regimeBegan'));
  counters('regimes', hart + REGIMES_OFFSET, REGIME_WORDS);
}
