import { CSR_NUMBERS } from '../../../isa/csrs.js';
import {
  HartRegister,
  LayoutValue,
  REGIMES,
  type Regime,
  WALK_AS_IS,
  WalkAccess,
} from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { DebugError } from '../../core/errors.js';
import { type AddressTranslation, decodeTranslation } from './address-translation.js';
import { faultReason, GUEST_PAGE_FAULTS } from './fault-reason.js';
import { decodeEntry, type ReadEntry, type TableEntry } from './table-entry.js';
import type { Access, Walk, WalkOptions, WalkOutcome } from './walk.js';

/** Places of the core's record (assembly/debug/walk-record.ts); a test holds them. */
const CAUSE = 0;
const GUEST_PHYSICAL = 8;
const PHYSICAL = 16;
const FAULTED = 24;
const RECORDS = 32;
const RECORD = 32;
/** Records that the core has room for. */
const MOST_RECORDS = 64;
/** Of a walk that translates, the cause. */
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

/** Fields of mstatus (Privileged 3.1.6). */
const MPRV = 1n << 17n;
const MPP_SHIFT = 11n;
const MPV = 1n << 39n;

/** @throws DebugError for a regime or an access that is none, or one that the hart lacks */
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
  const number = options.regime === undefined ? WALK_AS_IS : numberOf(core, vm, hart, regime);
  const count = core.exports.hartWalk(vm, hart, unsigned, ACCESSES[access], number) >>> 0;
  const area = core.layout(LayoutValue.Transfer);
  const size = RECORDS + Math.min(count, MOST_RECORDS) * RECORD;
  // The next call into the core may put something else there.
  const record = new DataView(core.bytes.slice(area, area + size).buffer);
  const virtual = regime === 'virtualSupervisor' || regime === 'virtualUser';
  const stages: { firstStage?: AddressTranslation; guestStage?: AddressTranslation } = {};
  if (regime !== 'machine') {
    stages.firstStage = translationBy(core, vm, hart, virtual ? 'vsatp' : 'satp');
  }
  if (virtual) stages.guestStage = translationBy(core, vm, hart, 'hgatp');
  const entries = decodeEntries(record, stages);
  const cause = record.getBigUint64(CAUSE, true);
  const user = regime === 'user' || regime === 'virtualUser';
  const translates = (stages.firstStage?.levels ?? 0) > 0;
  const failed = { cause: Number(cause), access, user, translates, entries };
  const pastFirst = cause === NO_FAULT || !translates || entries.findLast(isFirst)?.kind === 'page';
  return {
    hart,
    address: unsigned,
    access,
    regime,
    ...stages,
    entries,
    ...(virtual && pastFirst ? { guestPhysical: record.getBigUint64(GUEST_PHYSICAL, true) } : {}),
    outcome:
      cause === NO_FAULT
        ? { kind: 'translated', physical: record.getBigUint64(PHYSICAL, true) }
        : faultOf(failed, record.getBigUint64(FAULTED, true)),
  };
}

const isFirst = ({ stage }: TableEntry) => stage === 'first';

function faultOf(failed: Parameters<typeof faultReason>[0], faulted: bigint): WalkOutcome {
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

function decodeEntries(
  record: DataView,
  stages: Partial<Pick<Walk, 'firstStage' | 'guestStage'>>,
): TableEntry[] {
  const entries: TableEntry[] = [];
  for (let at = RECORDS; at + RECORD <= record.byteLength; at += RECORD) {
    const read: ReadEntry = {
      number: entries.length + 1,
      stage: record.getUint32(at, true) === 0 ? 'first' : 'guest',
      level: record.getUint32(at + 4, true),
      address: record.getBigUint64(at + 8, true),
      physical: record.getBigUint64(at + 16, true),
      value: record.getBigUint64(at + 24, true),
    };
    const { levels = 0 } = (read.stage === 'first' ? stages.firstStage : stages.guestStage) ?? {};
    entries.push(decodeEntry(read, read.level === levels - 1));
  }
  return entries;
}

/** The regime's number, for a hart that has the regime. */
function numberOf(core: Core, vm: number, hart: number, regime: Regime): number {
  const number = REGIMES.indexOf(regime);
  if (number < 0) {
    throw new DebugError(`there is no regime '${regime}'; right would be ${REGIMES.join(', ')}`);
  }
  const needs = {
    machine: '',
    supervisor: 'S',
    user: 'U',
    virtualSupervisor: 'H',
    virtualUser: 'H',
  };
  const letter = needs[regime];
  const misa = csr(core, vm, hart, 'misa');
  if (letter !== '' && ((misa >> BigInt(letter.charCodeAt(0) - 65)) & 1n) === 0n) {
    throw new DebugError(`the harts have no regime '${regime}': their CPU model lacks ${letter}`);
  }
  return number;
}

/** The regime whose tables an access of the hart would use now (Privileged 3.1.6.3). */
function presentRegime(core: Core, vm: number, hart: number, access: Access): Regime {
  const privilege = Number(core.register(vm, hart, HartRegister.Privilege));
  const virtualized = core.register(vm, hart, HartRegister.Virtualized) !== 0n;
  const mstatus = csr(core, vm, hart, 'mstatus');
  if (access === 'fetch' || privilege !== 3 || (mstatus & MPRV) === 0n) {
    return regimeOf(privilege, virtualized);
  }
  return regimeOf(Number((mstatus >> MPP_SHIFT) & 3n), (mstatus & MPV) !== 0n);
}

function regimeOf(privilege: number, virtualized: boolean): Regime {
  if (privilege === 3) return 'machine';
  if (privilege === 1) return virtualized ? 'virtualSupervisor' : 'supervisor';
  return virtualized ? 'virtualUser' : 'user';
}

function translationBy(
  core: Core,
  vm: number,
  hart: number,
  register: AddressTranslation['register'],
): AddressTranslation {
  return decodeTranslation(register, csr(core, vm, hart, register));
}

function csr(core: Core, vm: number, hart: number, name: string): bigint {
  const number = CSR_NUMBERS.get(name);
  return number === undefined ? 0n : BigInt.asUintN(64, core.exports.hartCsr(vm, hart, number));
}
