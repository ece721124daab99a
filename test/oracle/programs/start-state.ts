import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { type Image, ORIGIN } from '../code.js';
import { legalPmpConfiguration } from '../deviations.js';
import type { Random } from '../random.js';
import { boxed, DOUBLE, float, integer, SINGLE } from '../values.js';
import { addressSpace, type Scheme, satp, userAddress } from './address-space.js';
import {
  CODE,
  CSR_OFFSET,
  DATA_PAGES,
  END,
  F_OFFSET,
  LANDING,
  LANDING_SIZE,
  MSIP_OFFSET,
  MTIMECMP_OFFSET,
  PAGE,
  START,
  START_CSRS,
  TABLES,
  X_OFFSET,
} from './block.js';
import { REGISTERS } from './groups.js';
import { MACHINE_VECTOR, SUPERVISOR_VECTOR } from './harness.js';

export const USER = 0;
export const SUPERVISOR = 1;
export const MACHINE = 3;

export type Mode = typeof USER | typeof SUPERVISOR | typeof MACHINE;

/** What a program begins with, as far as its code depends on it. */
export interface StartState {
  readonly mode: Mode;
  readonly scheme: Scheme;
  /** The ASID, and whether it stays. */
  readonly asid: number;
  readonly steady: boolean;
  /** Whether there is a second address space. */
  readonly other: boolean;
  /** Whether PMP entries are locked: only for the last program before a reset. */
  readonly locked: boolean;
  /** Whether an M-mode program goes down to lower modes; else it may change the PMP, on which those count. */
  readonly lowers: boolean;
  /** TVM: whether fences and satp trap in S-mode. */
  readonly fencesTrap: boolean;
  /** TW: whether WFI traps below M-mode. */
  readonly waitsTrap: boolean;
  /** STCE: whether stimecmp drives the supervisor's timer interrupt. */
  readonly comparator: boolean;
}

const NEVER = (1n << 64n) - 1n;

/** Writes the block's start page; whether physical memory protection refuses anything. */
export function writeStart(
  image: Image,
  block: number,
  random: Random,
  state: StartState,
): boolean {
  const { mode, scheme } = state;
  const code = (offset: number) =>
    mode === USER ? userAddress(ORIGIN + block + offset, scheme) : BigInt(ORIGIN + block + offset);
  writeRegisters(image, block, random, state, code(END));

  const some = (bit: number, chance: number) => (random.oneIn(chance) ? 1n << BigInt(bit) : 0n);
  // TSR ends the S-mode handler, as do refused page tables: the order of interrupts would show.
  const trapsReturn = some(22, 10);
  const dirty = 3n << 13n;
  const status =
    (BigInt(mode) << 11n) |
    (random.oneIn(16) ? 0n : dirty) |
    (BigInt(random.u32()) & 0x1a2n) |
    some(17, mode === MACHINE ? 2 : 4) |
    some(18, 2) |
    some(19, 2) |
    (state.fencesTrap ? 1n << 20n : 0n) |
    (state.waitsTrap ? 1n << 21n : 0n) |
    trapsReturn;
  const timer = random.oneIn(2);
  const pmp = protection(random, block, state.locked);
  // Without page tables S-mode could not even fetch its handler; in M-mode programs change the PMP.
  const delegable = pmp.tables ? 0xb1fdn : mode === MACHINE ? 0xb15dn : 0xb1ffn;
  const csrs: Partial<Record<(typeof START_CSRS)[number], bigint>> = {
    medeleg: random.oneIn(4) ? 0n : random.u64() & delegable,
    mideleg: trapsReturn === 0n && !pmp.tables ? random.u64() & 0x222n : 0n,
    mie: random.oneIn(2) ? 0n : random.u64() & 0xaaan,
    mip: random.oneIn(2) ? 0n : random.u64() & 0x222n,
    menvcfg: (state.comparator ? 1n << 63n : 0n) | some(62, 2) | some(61, 2) | some(0, 4),
    senvcfg: some(0, 4),
    stimecmp: random.oneIn(2) ? 0n : NEVER,
    mcounteren: random.u64() & 7n,
    scounteren: random.u64() & 7n,
    satp: satp(block, scheme, state.asid),
    mtvec: BigInt(ORIGIN + MACHINE_VECTOR + random.below(2)),
    stvec: BigInt(ORIGIN + SUPERVISOR_VECTOR + random.below(2)),
    mepc: code(CODE),
    fcsr: BigInt(random.below(5) << 5),
    ...pmp.csrs,
  };
  for (const [slot, name] of START_CSRS.entries()) {
    if (!CSR_NUMBERS.has(name)) throw new Error(`there is no CSR ${name}`);
    image.set64(block + START + CSR_OFFSET + 8 * slot, csrs[name] ?? 0n);
  }
  image.set64(block + START + CSR_OFFSET + 8 * START_CSRS.length, status);
  image.set64(block + START + MSIP_OFFSET, random.oneIn(3) ? 1n : 0n);
  image.set64(block + START + MTIMECMP_OFFSET, timer ? 0n : NEVER);
  return pmp.guards;
}

function writeRegisters(
  image: Image,
  block: number,
  random: Random,
  { mode, scheme }: StartState,
  end: bigint,
): void {
  const translated = addressSpace(block, scheme);
  const bare = addressSpace(block, 'bare');
  const x = (n: number, value: bigint) =>
    image.set64(block + START + X_OFFSET + 8 * n, BigInt.asUintN(64, value));
  const space = () => (mode === MACHINE && random.oneIn(2) ? bare : translated);
  x(1, end);
  x(29, integer(random));
  for (const n of REGISTERS.free) x(n, integer(random));
  for (const [n, use] of [
    ...REGISTERS.data.map((n) => [n, 'data'] as const),
    ...REGISTERS.atomic.map((n) => [n, 'atomic'] as const),
  ]) {
    const offset = random.oneIn(4)
      ? random.between(1, DATA_PAGES - 2) * PAGE + random.between(-9, 9)
      : random.between(PAGE, (DATA_PAGES - 1) * PAGE - 1);
    x(n, random.pick(space()[use]) + BigInt(random.oneIn(2) ? offset & -8 : offset));
  }
  for (const n of REGISTERS.landing) {
    x(
      n,
      random.pick(space().landing) + BigInt(LANDING + random.between(1024, LANDING_SIZE - 1024)),
    );
  }
  for (let n = 0; n < 32; n++) {
    const value = random.oneIn(2) ? boxed(random, float(random, SINGLE)) : float(random, DOUBLE);
    image.set64(block + START + F_OFFSET + 8 * n, value);
  }
}

/** PMP entries over the block's data and page tables; the last one allows all the rest. */
function protection(
  random: Random,
  block: number,
  locked: boolean,
): { csrs: Record<string, bigint>; tables: boolean; guards: boolean } {
  let anyTables = false;
  const csrs: Record<string, bigint> = {};
  const configurations = Array.from({ length: 16 }, () => 0n);
  const used = random.oneIn(3) ? 0 : random.between(1, 6);
  for (let n = 0; n < used; n++) {
    const tables = random.oneIn(6);
    anyTables ||= tables;
    const low = ORIGIN + block + (tables ? TABLES : 0);
    const address = BigInt(low + random.below((tables ? 6 : DATA_PAGES) * PAGE)) & -4n;
    // NAPOT from 8 bytes to two pages (Privileged 3.7.1, "Address Matching").
    const size = BigInt(random.between(0, 10));
    const kind = random.pick([1n, 2n, 3n, 3n]);
    // Inside a misaligned access NA4 would go unnoticed by QEMU: at a page's end none can enclose it.
    const lastWord = (address & -4096n) + 4092n;
    const napot = ((address >> 2n) & (-1n << (size + 1n))) | ((1n << size) - 1n);
    csrs[`pmpaddr${n}`] = kind === 3n ? napot : (kind === 2n ? lastWord : address) >> 2n;
    // An entry that permits writing only would be reserved, and denying all ends most programs early.
    const allowed = legalPmpConfiguration(BigInt(random.below(8)), false);
    const lock = locked && random.oneIn(2) ? 0x80n : 0n;
    configurations[n] = (kind === 1n && n === 0 ? 0n : kind << 3n) | allowed | lock;
  }
  csrs.pmpaddr15 = NEVER >> 10n;
  configurations[15] = 0x1fn;
  const packed = (from: number) =>
    configurations
      .slice(from, from + 8)
      .reduce((sum, byte, n) => sum | (byte << BigInt(8 * n)), 0n);
  return {
    csrs: { ...csrs, pmpcfg0: packed(0), pmpcfg2: packed(8) },
    tables: anyTables,
    guards: used > 0,
  };
}
