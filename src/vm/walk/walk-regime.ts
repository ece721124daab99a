import { HartRegister, REGIMES, type Regime } from '../../core/abi.js';
import type { Core } from '../../core/core.js';
import { DebugError } from '../../core/errors.js';
import { readRegister } from '../registers.js';
import type { Access } from './walk.js';

/** Fields of mstatus (Privileged 3.1.6). */
const MPRV = 1n << 17n;
const MPP_SHIFT = 11n;
const MPV = 1n << 39n;
/** Privileges (Privileged 1.2). */
const MACHINE = 3;
const SUPERVISOR = 1;
/** Letters of misa that regimes need; the least significant bit is A (Privileged 3.1.1). */
const NEEDS: Readonly<Record<Regime, string>> = {
  machine: '',
  supervisor: 'S',
  user: 'U',
  virtualSupervisor: 'H',
  virtualUser: 'H',
};
const FIRST_LETTER = 'A'.charCodeAt(0);

/** The regime's number. @throws DebugError for one that there is not, or that the hart lacks */
export function regimeNumber(core: Core, vm: number, hart: number, regime: Regime): number {
  const number = REGIMES.indexOf(regime);
  if (number < 0) {
    throw new DebugError(`there is no regime '${regime}'; right would be ${REGIMES.join(', ')}`);
  }
  const letter = NEEDS[regime];
  const misa = readRegister(core, vm, hart, 'misa');
  if (letter !== '' && ((misa >> BigInt(letter.charCodeAt(0) - FIRST_LETTER)) & 1n) === 0n) {
    const extension = letter.toLowerCase();
    throw new DebugError(
      `the harts have no regime '${regime}'; right would be a CPU model with ${extension}=on`,
    );
  }
  return number;
}

/** The regime of the hart's own accesses now (Privileged 3.1.6.3). */
export function presentRegime(core: Core, vm: number, hart: number, access: Access): Regime {
  const privilege = Number(core.register(vm, hart, HartRegister.Privilege));
  const virtualized = core.register(vm, hart, HartRegister.Virtualized) !== 0n;
  const mstatus = readRegister(core, vm, hart, 'mstatus');
  if (access === 'fetch' || privilege !== MACHINE || (mstatus & MPRV) === 0n) {
    return regimeOf(privilege, virtualized);
  }
  return regimeOf(Number((mstatus >> MPP_SHIFT) & 3n), (mstatus & MPV) !== 0n);
}

function regimeOf(privilege: number, virtualized: boolean): Regime {
  if (privilege === MACHINE) return 'machine';
  if (privilege === SUPERVISOR) return virtualized ? 'virtualSupervisor' : 'supervisor';
  return virtualized ? 'virtualUser' : 'user';
}
