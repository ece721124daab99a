/** Base extension (SBI 4). */
import { at } from '../hart/hart';
import { isOffered } from './extension-ids';
import { fail, SBI_ERR_NOT_SUPPORTED, succeed } from './reply';

const GET_SPEC_VERSION: u64 = 0;
const GET_IMPL_ID: u64 = 1;
const GET_IMPL_VERSION: u64 = 2;
const PROBE_EXTENSION: u64 = 3;
const GET_MIMPID: u64 = 6;

/** 2.0: the major number in bits 30..24. */
const SPEC_VERSION: u64 = 2 << 24;
/** "HW". SBI 4.9 assigns small numbers one after the other; this one is far from them. */
const IMPLEMENTATION: u64 = 0x4857;
/** 0.1.0, a byte for each part. */
const IMPLEMENTATION_VERSION: u64 = 0x0001_00;

export function baseCall(hart: usize, fid: u64): void {
  if (fid === GET_SPEC_VERSION) succeed(hart, SPEC_VERSION);
  else if (fid === GET_IMPL_ID) succeed(hart, IMPLEMENTATION);
  else if (fid === GET_IMPL_VERSION) succeed(hart, IMPLEMENTATION_VERSION);
  else if (fid === PROBE_EXTENSION) succeed(hart, isOffered(at(hart).x10) ? 1 : 0);
  // mvendorid, marchid and mimpid are not implemented, so they read 0 (Privileged 3.1.2 to 3.1.4).
  else if (fid <= GET_MIMPID) succeed(hart, 0);
  else fail(hart, SBI_ERR_NOT_SUPPORTED);
}
