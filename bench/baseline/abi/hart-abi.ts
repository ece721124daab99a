/** What of the ABI speaks of one hart (assembly/index.ts, assembly/debug/abi.ts). */
import type { CoreExports } from '../../../src/core/abi.js';
import { csrMissing, readCsr } from '../hart/csr.js';
import { CSR_NUMBERS } from '../hart/csr-number.js';
import { SATP } from '../hart/csr-slot.js';
import { refreshFloat, writeCsr } from '../hart/csr-write.js';
import { HART_STOPPED, type Hart, MACHINE, REGIME_COUNTERS, REGIMES } from '../hart/hart.js';
import { startMachine, startSupervisor } from '../hart/reset.js';
import type { BaselineHost } from '../host.js';
import { dataPrivilege, selectContexts } from '../mmu/context.js';
import { PROBE } from '../mmu/tlb-entries.js';
import { walk, walkedAddress } from '../mmu/walk.js';
import { bigHigh, bigLow, high } from '../pair.js';

/** Numbers of `hartRegister` behind those of x and f. */
const F0 = 32;
const PC = 64;
const PRIVILEGE = 65;
const FCSR = 66;
/** CSR numbers whose two highest bits are set are read-only (Privileged 2.1). */
const READ_ONLY = 3;
/** `hartTranslate`: there is no such address. */
const NOWHERE = -1n;

export type HartAbi = Pick<
  CoreExports,
  | 'hartStart'
  | 'hartRegister'
  | 'hartSetRegister'
  | 'hartCsr'
  | 'hartSetCsr'
  | 'hartCounter'
  | 'hartActivity'
  | 'hartTranslate'
  | 'hartRegimeCounter'
  | 'hartWalk'
>;

/** A pair as a BigInt: signed, as WebAssembly's u64 come out. */
function signed(low: number, upper: number): bigint {
  return (BigInt(upper) << 32n) | BigInt(low >>> 0);
}

function register(hart: Hart, number: number): bigint {
  if (number < F0) return signed(hart.x[2 * number], hart.x[2 * number + 1]);
  if (number < PC) return signed(hart.f[2 * (number - F0)], hart.f[2 * (number - F0) + 1]);
  if (number === PC) return signed(hart.pcLow, hart.pcHigh);
  if (number === PRIVILEGE) return BigInt(hart.privilege);
  // Without H there is no V bit.
  return BigInt(number === FCSR ? hart.fcsr : 0);
}

function setRegister(hart: Hart, number: number, value: bigint): void {
  const low = bigLow(value);
  if (number < PC) {
    const bank = number < F0 ? hart.x : hart.f;
    const index = 2 * (number % F0);
    if (number !== 0) {
      bank[index] = low;
      bank[index + 1] = bigHigh(value);
    }
  } else if (number === PC) {
    hart.pcLow = low & hart.model.pcMask;
    hart.pcHigh = bigHigh(value);
  } else if (number === PRIVILEGE) {
    hart.privilege = low;
  } else if (number === FCSR) {
    hart.fcsr = low & 0xff;
  }
  refreshFloat(hart);
  selectContexts(hart);
}

/**
 * Counters: 0 steps, 1 unretired, 2…9 TLB misses by cause, 10 exceptions, 11 interrupts, 12 slow steps,
 * 20 entries read of page tables; those of a guest of the hart are 0.
 */
function counter(hart: Hart, which: number): number {
  if (which === 0) return hart.steps;
  if (which === 1) return hart.unretired;
  if (which === 10) return hart.exceptions;
  if (which === 11) return hart.interrupts;
  if (which === 12) return hart.slow;
  if (which === 20) return hart.tableReads;
  return which < 10 ? hart.misses[which - 2] : 0;
}

/** As the hart's loads translate it, without a change to anything. */
function translated(hart: Hart, address: bigint): bigint {
  const privilege = dataPrivilege(hart);
  if (privilege === MACHINE || hart.csr[SATP + 1] >>> 28 === 0) return BigInt.asIntN(64, address);
  if (!walk(hart, bigLow(address), bigHigh(address), PROBE, privilege)) return NOWHERE;
  return BigInt(walkedAddress) | (address & 0xfffn);
}

/** @throws Error (each of these) for a VM or a hart that there is not, a fault of the caller. */
export function hartAbi(host: BaselineHost): HartAbi {
  function hartOf(vm: number, index: number): Hart {
    const hart = host.vm(vm).harts[index];
    if (hart === undefined) throw new Error(`VM ${vm} has no hart ${index}`);
    return hart;
  }

  return {
    hartStart: (vm, index, pc, a0, a1, mode) => {
      const start = mode === MACHINE ? startMachine : startSupervisor;
      start(hartOf(vm, index), pc, a0, a1);
    },
    hartRegister: (vm, index, number) => register(hartOf(vm, index), number),
    hartSetRegister: (vm, index, number, value) => setRegister(hartOf(vm, index), number, value),
    hartCsr: (vm, index, number) => {
      if (number < 0 || number >= CSR_NUMBERS) return 0n;
      const low = readCsr(hartOf(vm, index), number);
      return signed(low, high);
    },
    hartSetCsr: (vm, index, number, value) => {
      if (number < 0 || number >= CSR_NUMBERS || number >>> 10 === READ_ONLY) return 0;
      const hart = hartOf(vm, index);
      readCsr(hart, number);
      if (csrMissing) return 0;
      writeCsr(hart, number, bigLow(value), bigHigh(value));
      return 1;
    },
    hartCounter: (vm, index, which) => BigInt(counter(hartOf(vm, index), which)),
    hartActivity: (vm, index) => {
      const hart = hartOf(vm, index);
      if (hart.state === HART_STOPPED) return 1;
      return hart.waiting !== 0 ? 2 : 0;
    },
    hartRegimeCounter: (vm, index, regime, which) => {
      if (regime >>> 0 >= REGIMES || which >>> 0 >= REGIME_COUNTERS) return 0n;
      return BigInt(hartOf(vm, index).regimes[regime * REGIME_COUNTERS + which]);
    },
    // Walks are for debuggers, as in debug-abi.
    hartWalk: () => 0,
    hartTranslate: (vm, index, address) => translated(hartOf(vm, index), address),
  };
}
