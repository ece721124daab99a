/**
 * The translation regime of an access: privilege and V, and what of the status registers decides
 * (Privileged 12.1.1, 15.2.11, 15.5). One of the `set…` functions fills the variables, which live
 * within one call into the core.
 */
import { at, MACHINE, SUPERVISOR, USER } from '../hart/hart';
import { regimeFor } from '../hart/regime';
import { MPRV, MPV, MSTATUS_MPP_SHIFT, MXR, SPVP, SUM } from '../hart/status';
import { FETCH } from './entry';

export let regimePrivilege: u32 = 0;
/** Two stages: vsatp, then hgatp. */
export let regimeVirtual: bool = false;
/** What is permitted besides: SUM and MXR of the first stage in their places of a status, GUEST_MXR, EXECUTABLE. */
export let regimeRights: u64 = 0;
const STAGE_RIGHTS: u64 = SUM | MXR;
/** MXR at the G-stage, where HS-mode's alone counts; MXR shifted by one. */
export const GUEST_MXR: u64 = MXR << 1;
/** HLVX: execute permission takes the place of read permission, at both stages (15.3). */
export const EXECUTABLE: u64 = MXR << 2;

/** What the instruction that runs is: an ordinary access, HLV or HSV, or HLVX. */
const ORDINARY: u32 = 0;
const AS_GUEST: u32 = 1;
const AS_GUEST_EXECUTABLE: u32 = 2;
let accessing: u32 = ORDINARY;

/** Data accesses until `endGuestAccess` are those of HLV, HLVX or HSV. */
export function beginGuestAccess(executable: bool): void {
  accessing = executable ? AS_GUEST_EXECUTABLE : AS_GUEST;
}

export function endGuestAccess(): void {
  accessing = ORDINARY;
}

export function isGuestAccess(): bool {
  return accessing !== ORDINARY;
}

/** Whether the data access under way is HLVX's, which execute permission lets read, at every stage and by PMP. */
export function isExecutableAccess(): bool {
  return accessing === AS_GUEST_EXECUTABLE;
}

/** Whether loads and stores have another privilege than the hart (MPRV). */
export function modifiesPrivilege(hart: usize): bool {
  return at(hart).privilege === MACHINE && (at(hart).mstatus & MPRV) !== 0;
}

function guestPrivilege(hart: usize): u32 {
  return at(hart).hstatus & SPVP ? SUPERVISOR : USER;
}

function ownPrivilege(hart: usize): u32 {
  if (!modifiesPrivilege(hart)) return at(hart).privilege;
  return <u32>(at(hart).mstatus >> MSTATUS_MPP_SHIFT) & 3;
}

function isOwnVirtual(hart: usize): bool {
  if (!modifiesPrivilege(hart)) return at(hart).virtualized !== 0;
  return (at(hart).mstatus & MPV) !== 0 && ownPrivilege(hart) !== MACHINE;
}

/** The privilege that an access has (MPRV, 3.1.6.3; HLV, 15.3). */
export function privilegeOf(hart: usize, access: u32): u32 {
  if (access === FETCH) return at(hart).privilege;
  return accessing ? guestPrivilege(hart) : ownPrivilege(hart);
}

/** Whether an access is made with V=1. */
export function isVirtual(hart: usize, access: u32): bool {
  if (access === FETCH) return at(hart).virtualized !== 0;
  return accessing ? true : isOwnVirtual(hart);
}

/** The rights of loads and stores with this V. */
function rightsOf(hart: usize, virtual: bool): u64 {
  const status = at(hart).mstatus;
  if (!virtual) return status & STAGE_RIGHTS;
  const opened = status & MXR;
  return (at(hart).vsstatus & STAGE_RIGHTS) | opened | (opened << 1);
}

/** The regime of the hart's fetches. */
export function setFetchRegime(hart: usize): void {
  regimePrivilege = at(hart).privilege;
  regimeVirtual = at(hart).virtualized !== 0;
  regimeRights = 0;
}

/** The regime of the loads and stores of the instruction that runs. */
export function setDataRegime(hart: usize): void {
  if (!accessing) {
    setOwnDataRegime(hart);
    return;
  }
  regimePrivilege = guestPrivilege(hart);
  regimeVirtual = true;
  regimeRights = rightsOf(hart, true);
  if (isExecutableAccess()) regimeRights |= EXECUTABLE;
}

/** That of ordinary loads and stores, also while an HLV runs, or fails. */
export function setOwnDataRegime(hart: usize): void {
  regimePrivilege = ownPrivilege(hart);
  regimeVirtual = isOwnVirtual(hart);
  regimeRights = rightsOf(hart, regimeVirtual);
}

/** The regime that an access would have in another privilege and V, for a look. */
export function setRegime(hart: usize, privilege: u32, virtualized: bool, access: u32): void {
  regimePrivilege = privilege;
  regimeVirtual = virtualized;
  regimeRights = access === FETCH ? 0 : rightsOf(hart, virtualized);
}

/** satp, or vsatp, of the regime; 0 where the first stage is absent. */
export function regimeRoot(hart: usize): u64 {
  if (regimePrivilege === MACHINE) return 0;
  return regimeVirtual ? at(hart).vsatp : at(hart).satp;
}

/** Whether anything is translated. */
export function isTranslated(hart: usize): bool {
  return regimeRoot(hart) >> 60 !== 0 || (regimeVirtual && at(hart).hgatp >> 60 !== 0);
}

/** The regime's counters (hart/regime). */
export function countedRegime(): u32 {
  return regimeFor(regimePrivilege, regimeVirtual);
}
