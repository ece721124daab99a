/**
 * The SEE of a VM without firmware of its own: SBI 2.0. All addresses and hart numbers are the
 * guest's, and checked.
 */
import type { Hart } from '../hart/hart.js';
import { baseCall } from './base.js';
import { A6, A7, argument, fail, SBI_ERR_NOT_SUPPORTED } from './call.js';
import { dbcnCall } from './dbcn.js';
import { BASE, DBCN, HSM, IPI, LEGACY_LAST, RFENCE, SRST, TIME } from './extension-ids.js';
import { hsmCall } from './hsm.js';
import { ipiCall } from './ipi.js';
import { legacyCall } from './legacy.js';
import { rfenceCall } from './rfence.js';
import { srstCall } from './srst.js';
import { timeCall } from './time.js';

/**
 * Carries out the SBI call that a hart's registers name. On entry pc is already that of the
 * instruction after the ecall; a hart that resumes elsewhere (HSM) leaves with pc set. What makes
 * interrupts pending, or ends the run, has asked the hart to stop after this instruction.
 */
export function callSbi(hart: Hart): void {
  // As firmware would: the return from its trap handler ends the reservation.
  hart.reservationSize = 0;
  const eid = argument(hart, A7);
  const fid = argument(hart, A6);
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
