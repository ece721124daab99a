/** Base extension (SBI 4). */
import type { Hart } from '../hart/hart.js';
import { A0, argument, fail, SBI_ERR_NOT_SUPPORTED, succeed } from './call.js';
import { isOffered } from './extension-ids.js';

const GET_SPEC_VERSION = 0;
const GET_IMPL_ID = 1;
const GET_IMPL_VERSION = 2;
const PROBE_EXTENSION = 3;
const GET_MIMPID = 6;

/** 2.0: the major number in bits 30..24. */
const SPEC_VERSION = 2 << 24;
/** "HW", as the core answers: a guest cannot tell the two apart. */
const IMPLEMENTATION = 0x4857;
/** 0.1.0, a byte for each part. */
const IMPLEMENTATION_VERSION = 0x0001_00;

export function baseCall(hart: Hart, fid: number): void {
  if (fid === GET_SPEC_VERSION) succeed(hart, SPEC_VERSION);
  else if (fid === GET_IMPL_ID) succeed(hart, IMPLEMENTATION);
  else if (fid === GET_IMPL_VERSION) succeed(hart, IMPLEMENTATION_VERSION);
  else if (fid === PROBE_EXTENSION) succeed(hart, isOffered(argument(hart, A0)) ? 1 : 0);
  // mvendorid, marchid and mimpid are not implemented, so they read 0 (Privileged 3.1.2 to 3.1.4).
  else if (fid <= GET_MIMPID) succeed(hart, 0);
  else fail(hart, SBI_ERR_NOT_SUPPORTED);
}
