/** One access, on the core and by the model. */
import { RAM_BASE } from '../../../src/core/abi.js';
import { type Access, type Failure, FIRST, type Kind, type Outcome } from './model.js';
import type { Instruction } from './program.js';
import { type Delegation, MACHINE_MODE, type Mode, type Trapped } from './rig.js';
import { hex, type Trial } from './trial.js';

/** Transformed instructions: their words with rs1 and the offset zero (Privileged 15.6.3). */
const TRANSFORMED: Readonly<Record<Instruction, bigint>> = {
  ld: 0x0000_3503n,
  sd: 0x00a0_3023n,
  'hlv.b': 0x6000_4573n,
  'hlv.d': 0x6c00_4573n,
  'hlvx.wu': 0x6830_4573n,
  'hsv.d': 0x6ea0_4073n,
};
const PSEUDO = { read: 0x3000n, write: 0x3020n };
/** Bytes that stand where a fetch gets to: they are executed, and fail as an illegal instruction. */
const ILLEGAL = 2;

/** How an access is made: by this instruction, in this mode, through MPRV if `data` is there. */
interface Way {
  readonly instruction: Instruction | undefined;
  readonly mode: Mode;
  readonly data: Mode | undefined;
  /** The virtual address that the instruction is fetched from, if not by M-mode. */
  readonly at?: bigint;
}

function ways(access: Access, code: bigint | undefined): Way[] {
  const { kind, user, virtual, executable } = access;
  const mode: Mode = { privilege: user ? 0 : 1, virtual };
  if (kind === 'fetch') return [{ instruction: undefined, mode, data: undefined }];
  const byMprv: Way = {
    instruction: kind === 'read' ? 'ld' : 'sd',
    mode: MACHINE_MODE,
    data: mode,
  };
  if (!virtual) return [byMprv];
  const inside: Way[] = code === undefined ? [] : [{ ...byMprv, mode, data: undefined, at: code }];
  const instruction = kind === 'write' ? 'hsv.d' : executable ? 'hlvx.wu' : 'hlv.d';
  const bySpvp: Way = { instruction, mode: MACHINE_MODE, data: undefined };
  return executable ? [bySpvp] : [bySpvp, byMprv, ...inside];
}

/** What a trap says of a failure. */
function expectedTrap(failure: Failure, access: Access, way: Way, to: Delegation): Trapped {
  const { type, implicit, guestPhysical, cause } = failure;
  const { va, virtual } = access;
  if (to === 'VS' && way.mode.virtual && type !== 'guest-page') {
    const from = way.mode;
    return { into: 'VS', cause, tval: va, tval2: 0n, tinst: 0n, guestAddress: false, from };
  }
  const usual = way.instruction === undefined ? 0n : TRANSFORMED[way.instruction];
  return {
    into: to === 'M' || way.mode.privilege === 3 ? 'M' : 'HS',
    cause,
    tval: va,
    tval2: type === 'guest-page' ? guestPhysical >> 2n : 0n,
    tinst: implicit === undefined ? usual : PSEUDO[implicit],
    guestAddress: virtual,
    from: way.mode,
  };
}

function trapText(trap: Trapped): string {
  const { privilege, virtual } = trap.from;
  return (
    `trap ${trap.cause} into ${trap.into} tval ${hex(trap.tval)} tval2 ${hex(trap.tval2)} tinst ${hex(trap.tinst)} ` +
    `gva ${trap.guestAddress} from ${privilege} ${virtual ? 'V' : ''}`
  );
}

/** No case: an access to a device, or a fetch of what stands in RAM by chance. */
function isCase({ memory }: Trial, kind: Kind, physical: bigint): boolean {
  if (physical < RAM_BASE) return false;
  return kind !== 'fetch' || memory.word(physical) === 0n;
}

/**
 * Makes the access on the core after the model has, and compares results, traps and entries read: after
 * fences exactly those that the model reads, else no more.
 *
 * @param value what is stored
 * @returns the model's outcome; `undefined` if the access is no case
 */
export function attempt(
  trial: Trial,
  access: Access,
  value: bigint,
  fenced: boolean,
): Outcome | undefined {
  const { memory, rig } = trial;
  const look = trial.look(access);
  const { physical } = look;
  if (physical !== undefined && !isCase(trial, access.kind, physical)) return undefined;
  const fetched = trial.codeFetch(access.kind === 'write' ? 'sd' : 'ld', access.user);
  const way = trial.oneOf(ways(access, fetched?.va));
  const to = trial.oneOf<Delegation>(['M', 'HS', 'VS']);
  const reads = way.at === undefined || !fetched ? [] : [...trial.translate(fetched).reads];
  const outcome = trial.translate(access);
  reads.push(...outcome.reads);
  if (fenced) rig.fence();
  rig.delegate(to);
  rig.guestPrivilege = access.user;
  const before = rig.tableReads;
  const pc =
    way.at ?? (way.instruction === undefined ? access.va : rig.machine.at(way.instruction));
  const { trap, a0 } = rig.step(pc, way.mode, access.va, value, way.data);
  const after = rig.tableReads;

  let expected: string;
  let changesTables = false;
  if (outcome.failure !== undefined) {
    expected = trapText(expectedTrap(outcome.failure, access, way, to));
  } else if (access.kind === 'fetch') {
    expected = 'executed';
  } else {
    const at = outcome.physical ?? 0n;
    if (access.kind === 'write') {
      changesTables = memory.isKnown(at);
      memory.update(at, value);
    }
    const word = memory.word(at);
    const loaded = access.executable ? BigInt.asUintN(32, word) : word;
    expected = `a0 ${hex(access.kind === 'write' ? value : loaded)}`;
  }
  let got = trap === undefined ? `a0 ${hex(a0)}` : trapText(trap);
  if (access.kind === 'fetch' && trap?.cause === ILLEGAL) got = 'executed';
  const firsts = reads.filter(({ stage }) => stage === FIRST).length;
  const most = [firsts, reads.length - firsts] as const;
  const read = [after[0] - before[0], after[1] - before[1]] as const;
  const fewer = !fenced && read[0] <= most[0] && read[1] <= most[1];
  trial.compare(
    access,
    `${way.instruction ?? 'fetch'} in mode ${way.mode.privilege}`,
    `${got}, read ${fewer ? most : read} entries`,
    `${expected}, read ${most} entries`,
    reads,
  );
  if (outcome.failure === undefined && access.kind !== 'fetch') {
    rig.step(pc, way.mode, access.va, value, way.data);
    trial.compare(access, 'the same again', `${rig.tableReads}`, `${after}`);
  }
  if (changesTables) rig.fence();
  return outcome;
}
