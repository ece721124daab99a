import { LayoutValue, WALK_AS_IS, WalkAccess } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { DebugError } from '../../core/errors.js';
import { readRegister } from '../registers.js';
import { type AddressTranslation, decodeTranslation } from './address-translation.js';
import { type FailedWalk, faultReason, GUEST_PAGE_FAULTS } from './fault-reason.js';
import { RECORD, RECORDS, readEntries, wantsUpdate } from './read-entries.js';
import type { TableEntry } from './table-entry.js';
import type { Access, Walk, WalkOptions, WalkOutcome } from './walk.js';
import { presentRegime, regimeNumber } from './walk-regime.js';

/** Places of the outcome that the core writes down (assembly/debug/walk-record.ts). */
const CAUSE = 0;
const GUEST_PHYSICAL = 8;
const PHYSICAL = 16;
const FAULTED = 24;
/** Entries that it has room for. */
const MOST_RECORDS = 64;
/** The cause of a walk that translates. */
const NO_FAULT = 0xffff_ffff_ffff_ffffn;

const ACCESSES: Readonly<Record<Access, number>> = {
  read: WalkAccess.Read,
  write: WalkAccess.Write,
  fetch: WalkAccess.Fetch,
};
/** Exception codes (Privileged 3.1.15). */
const FAULTS: Readonly<Record<number, string>> = {
  1: 'instruction access fault',
  5: 'load access fault',
  7: 'store access fault',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store page fault',
  20: 'instruction guest-page fault',
  21: 'load guest-page fault',
  23: 'store guest-page fault',
};

/** @throws DebugError for a regime or an access that is none, or a regime that the hart lacks */
export function readWalk(
  core: Core,
  vm: number,
  hart: number,
  address: bigint,
  options: WalkOptions,
): Walk {
  const { access = 'read' } = options;
  const unsigned = BigInt.asUintN(64, address);
  if (!Object.hasOwn(ACCESSES, access)) {
    throw new DebugError(`there is no access '${access}'; right would be read, write or fetch`);
  }
  const regime = options.regime ?? presentRegime(core, vm, hart, access);
  const number =
    options.regime === undefined ? WALK_AS_IS : regimeNumber(core, vm, hart, options.regime);
  const record = recordOf(core, () =>
    core.exports.hartWalk(vm, hart, unsigned, ACCESSES[access], number),
  );
  const virtual = regime === 'virtualSupervisor' || regime === 'virtualUser';
  const translation = (register: AddressTranslation['register']) =>
    decodeTranslation(register, readRegister(core, vm, hart, register));
  const stages: Pick<Walk, 'firstStage' | 'guestStage'> = {
    ...(regime === 'machine' ? {} : { firstStage: translation(virtual ? 'vsatp' : 'satp') }),
    ...(virtual ? { guestStage: translation('hgatp') } : {}),
  };
  const entries = readEntries(record, stages, access);
  const cause = record.getBigUint64(CAUSE, true);
  const faulted = record.getBigUint64(FAULTED, true);
  const user = regime === 'user' || regime === 'virtualUser';
  const failed = { cause: Number(cause), access, user, entries };
  const passed =
    cause === NO_FAULT || !stages.firstStage?.levels || passesFirst(entries, access, faulted);
  return {
    hart,
    address: unsigned,
    access,
    regime,
    ...stages,
    entries,
    ...(virtual && passed ? { guestPhysical: record.getBigUint64(GUEST_PHYSICAL, true) } : {}),
    outcome:
      cause === NO_FAULT
        ? { kind: 'translated', physical: record.getBigUint64(PHYSICAL, true) }
        : faultOf(failed, faulted),
  };
}

/** What `walk` left, copied: the next call into the core may put something else there. */
function recordOf(core: Core, walk: () => number): DataView {
  const count = Math.min(walk() >>> 0, MOST_RECORDS);
  const area = core.layout(LayoutValue.Transfer);
  return new DataView(core.bytes.slice(area, area + RECORDS + count * RECORD).buffer);
}

/** Whether a walk that failed did so behind the first stage, at the address that this had yielded. */
function passesFirst(entries: readonly TableEntry[], access: Access, faulted: bigint): boolean {
  const leaf = entries.findLast(({ stage }) => stage === 'first');
  if (leaf?.kind !== 'page') return false;
  const last = entries.at(-1);
  if (last?.stage === 'guest') return last.serves === 'address';
  // The G-stage has no entry for an address with too many bits.
  return faulted !== 0n && !(wantsUpdate(leaf, access) && faulted === leaf.address);
}

function faultOf(failed: FailedWalk, faulted: bigint): WalkOutcome {
  const { cause } = failed;
  const reason = faultReason(failed);
  return {
    kind: 'fault',
    cause,
    fault: FAULTS[cause] ?? `exception ${cause}`,
    ...(GUEST_PAGE_FAULTS.includes(cause) ? { guestPhysical: faulted } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
