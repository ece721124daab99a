import { CSR_NUMBERS } from '../../isa/csrs.js';
import { F_NUMBERS, X_NUMBERS } from '../../isa/notation.js';
import { HartRegister } from '../core/abi.js';
import type { Core } from '../core/core.js';
import { DebugError } from '../core/errors.js';

/** Modes that `priv` may have: U, S, M (Privileged 1.2). */
const MACHINE = 3n;
const PRIVILEGES = [0n, 1n, MACHINE];

type Place = { readonly number: number } | { readonly csr: number };

/** Where the core has a register. @throws DebugError for a name that is none. */
function placeOf(name: string): Place {
  if (name === 'pc') return { number: HartRegister.Pc };
  if (name === 'priv') return { number: HartRegister.Privilege };
  if (name === 'virt') return { number: HartRegister.Virtualized };
  const x = X_NUMBERS.get(name);
  if (x !== undefined) return { number: x };
  const f = F_NUMBERS.get(name);
  if (f !== undefined) return { number: HartRegister.F + f };
  const csr = CSR_NUMBERS.get(name);
  if (csr !== undefined) return { csr };
  throw new DebugError(
    `there is no register '${name}'; right would be pc, a0, fa0, priv, virt or a CSR`,
  );
}

/** A register's value, unsigned; 0 for a CSR that the hart lacks. */
export function readRegister(core: Core, vm: number, hart: number, name: string): bigint {
  const place = placeOf(name);
  if ('number' in place) return core.register(vm, hart, place.number);
  return BigInt.asUintN(64, core.exports.hartCsr(vm, hart, place.csr));
}

/** @throws DebugError for a CSR that is read-only or that the hart lacks, and for no privilege. */
export function writeRegister(
  core: Core,
  vm: number,
  hart: number,
  name: string,
  value: bigint,
): void {
  const place = placeOf(name);
  if (name === 'priv' && !PRIVILEGES.includes(value)) {
    throw new DebugError(`priv cannot be ${value}; right would be 0, 1 or 3`);
  }
  if (name === 'virt') requireVirtualizable(core, vm, hart, value);
  // M-mode is never a guest's (Privileged 15.1).
  if (name === 'priv' && value === MACHINE) {
    core.exports.hartSetRegister(vm, hart, HartRegister.Virtualized, 0n);
  }
  if ('number' in place) core.exports.hartSetRegister(vm, hart, place.number, value);
  else if (core.exports.hartSetCsr(vm, hart, place.csr, value) === 0) {
    throw new DebugError(
      `the CSR ${name} cannot be written: it is read-only, or the hart lacks it`,
    );
  }
}

/** misa.H (Privileged 3.1.1). */
const HYPERVISOR = 1n << 7n;

/** @throws DebugError for no bit, or where there is no VS-mode or VU-mode: in M-mode, and without H */
function requireVirtualizable(core: Core, vm: number, hart: number, value: bigint): void {
  if (value === 0n) return;
  if (value !== 1n) throw new DebugError(`virt cannot be ${value}; right would be 0 or 1`);
  if ((readRegister(core, vm, hart, 'misa') & HYPERVISOR) === 0n) {
    throw new DebugError('virt cannot be 1: the harts lack the hypervisor extension');
  }
  if (readRegister(core, vm, hart, 'priv') === MACHINE) {
    throw new DebugError('virt cannot be 1 in M-mode; write priv first');
  }
}
