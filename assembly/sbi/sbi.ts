/**
 * The SEE of a VM without firmware of its own: SBI 2.0, answered by the core. An ecall from S-mode
 * names the extension in a7, the function in a6, arguments in a0 to a5 (SBI 3). All addresses and
 * hart numbers are the guest's, and checked.
 */
import { at } from '../hart/hart';
import { baseCall } from './base';
import { dbcnCall } from './dbcn';
import { BASE, DBCN, HSM, IPI, LEGACY_LAST, RFENCE, SRST, TIME } from './extension-ids';
import { hsmCall } from './hsm';
import { ipiCall } from './ipi';
import { legacyCall } from './legacy';
import { fail, SBI_ERR_NOT_SUPPORTED } from './reply';
import { rfenceCall } from './rfence';
import { srstCall } from './srst';
import { timeCall } from './time';

/**
 * Carries out the SBI call that a hart's registers name. On entry pc is already that of the
 * instruction after the ecall; a hart that resumes elsewhere (HSM) leaves with pc set. What makes
 * interrupts pending, or ends the run, has asked the hart to stop after this instruction.
 */
export function sbiCall(hart: usize): void {
  // As firmware would: the return from its trap handler ends the reservation.
  at(hart).reservationSize = 0;
  const eid = at(hart).x17;
  const fid = at(hart).x16;
  if (eid === TIME) timeCall(hart, fid);
  else if (eid === IPI) ipiCall(hart, fid);
  else if (eid === RFENCE) rfenceCall(hart, fid);
  else if (eid === DBCN) dbcnCall(hart, fid);
  else if (eid === HSM) hsmCall(hart, fid);
  else if (eid === BASE) baseCall(hart, fid);
  else if (eid === SRST) srstCall(hart, fid);
  else if (eid <= LEGACY_LAST) legacyCall(hart, eid);
  else fail(hart, SBI_ERR_NOT_SUPPORTED);
}
