import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { encode, ORIGIN } from '../code.js';
import { CSR_RULES, type CsrRule, legalPmpConfiguration } from '../deviations.js';
import type { Random } from '../random.js';
import { integer } from '../values.js';
import { OTHER_ASIDS, SCHEMES, satp, userAddress } from './address-space.js';
import { END } from './block.js';
import { constant, type Group, REGISTERS } from './groups.js';
import { MACHINE, type Mode, type StartState, USER } from './start-state.js';

const ALL = (1n << 64n) - 1n;
const ACCESSES = ['csrrw', 'csrrs', 'csrrc'] as const;

/** Bits that a running program must leave alone, beyond those of the rules, or it would not end. */
const KEPT: Readonly<Record<string, bigint>> = {
  // Calls from S-mode end programs; access faults of the S-mode handler itself must leave it.
  medeleg: (1n << 9n) | (1n << 7n) | (1n << 5n) | (1n << 1n),
  // With no PMP entry at all, QEMU lets MRET itself trap instead of the fetch behind it.
  pmpcfg2: 0xffn << 56n,
  // These have groups of their own.
  satp: ALL,
  stimecmp: ALL,
  mtvec: ALL,
  stvec: ALL,
  mscratch: ALL,
  sscratch: ALL,
  // TVM, TW, TSR: what goes down a mode counts on them.
  mstatus: 7n << 20n,
};

const FENCED = new Set(['menvcfg']);

/** Bits of a CSR that random programs write. */
function writable(rule: CsrRule): bigint {
  return rule.write & ~(KEPT[rule.name] ?? 0n) & ALL;
}

/** An access to a CSR that both machines have; bits that may differ are cleared from the result. */
export function csrAccess(random: Random, keepsPmp: boolean): Group {
  const rule = random.pick(CSR_RULES);
  const rd = random.pick(REGISTERS.free);
  // CSRRW would clear the bits that are not to be written.
  const access = random.pick(rule.write === ALL ? ACCESSES : ACCESSES.slice(1));
  const words: number[] = [];
  const fixed = writable(rule) === 0n || (keepsPmp && rule.name.startsWith('pmp'));
  const reads = fixed || random.oneIn(3);
  if (reads) words.push(encode('csrrs', { rd: 31, csr: rule.number }));
  else {
    const bits = integer(random) & writable(rule);
    const value = rule.name.startsWith('pmpcfg')
      ? legalPmpConfiguration(bits, access === 'csrrc')
      : bits;
    // What was there is known when the access is refused.
    words.push(...constant(30, value), encode('addi', { rd: 31 }));
    words.push(encode(access, { rd: 31, rs1: 30, csr: rule.number }));
  }
  words.push(...kept(rd, rule.compare));
  if (!reads && (FENCED.has(rule.name) || rule.name.startsWith('pmp')))
    words.push(encode('sfence.vma'));
  return { words };
}

/** `rd` = x31 with only the compared bits. */
function kept(rd: number, compare: bigint): number[] {
  if (compare === ALL) return [encode('addi', { rd, rs1: 31 })];
  return [...constant(rd, compare), encode('and', { rd, rs1: rd, rs2: 31 })];
}

/** fcsr and its parts. */
export function floatState(random: Random): Group {
  const csr = random.between(1, 3);
  const rd = random.pick(REGISTERS.free);
  if (random.oneIn(2)) return { words: [encode('csrrs', { rd, csr })] };
  const value =
    csr === 2 ? random.below(6) : random.below(32) | (csr === 3 ? random.below(5) << 5 : 0);
  return {
    words: [encode('addi', { rd: 30, immI: value }), encode('csrrw', { rd, rs1: 30, csr })],
  };
}

/** Whether a counter may be read; its value is nobody's business. */
export function counter(random: Random): Group {
  const name = random.pick([
    'cycle',
    'time',
    'instret',
    'hpmcounter3',
    'hpmcounter31',
    'mcycle',
    'minstret',
  ]);
  return { words: [encode('csrrs', { rd: 31, csr: CSR_NUMBERS.get(name) ?? 0 })] };
}

/** Toggles what decides how data is accessed: MPRV, SUM, MXR, the mode in MPP or SPP. */
export function accessMode(random: Random, machine: boolean): Group {
  const bits = machine
    ? random.pick([1n << 17n, 1n << 18n, 1n << 19n, 0x800n, 0x1000n, 0x1800n, 0x21800n])
    : random.pick([1n << 18n, 1n << 19n, 0x100n]);
  const access = random.pick(['csrrs', 'csrrc'] as const);
  const csr = machine ? 0x300 : 0x100;
  return { words: [...constant(30, bits), encode(access, { rs1: 30, csr })] };
}

/** Makes interrupts pending or enabled; they arrive right after the write. */
export function interrupts(random: Random, machine: boolean): Group {
  const bits = BigInt(random.u32() & 0xaaa);
  const access = random.pick(ACCESSES);
  const [enable, pending, status] = machine ? [0x304, 0x344, 0x300] : [0x104, 0x144, 0x100];
  switch (random.below(3)) {
    case 0:
      return { words: [...constant(30, bits), encode(access, { rs1: 30, csr: enable })] };
    case 1:
      return { words: [...constant(30, bits & 0x222n), encode(access, { rs1: 30, csr: pending })] };
    default:
      return {
        words: [
          encode(random.pick(['csrrsi', 'csrrci'] as const), {
            zimm: random.pick([2, 8, 10]),
            csr: status,
          }),
        ],
      };
  }
}

/**
 * The timer's comparator: long past or never. QEMU lets it drive STIP even while STCE is clear, so that
 * M-mode, which may write it then, must not (see deviations).
 */
export function timer(random: Random): Group {
  const value = random.oneIn(2) ? 0n : ALL;
  return { words: [...constant(30, value), encode('csrrw', { rs1: 30, csr: 0x14d })] };
}

/** Another ASID, or, where the program's own addresses hold in every scheme, another scheme. */
export function translation(random: Random, block: number, state: StartState): Group {
  const { scheme } = state;
  const stays = state.mode === USER || state.other || state.steady;
  const next = stays || random.oneIn(2) ? scheme : random.pick(SCHEMES);
  const asid = state.steady ? state.asid : random.below((state.other ? 2 : 1) * OTHER_ASIDS);
  const words = [
    ...constant(30, satp(block, next, asid)),
    encode('csrrw', { rs1: 30, csr: 0x180 }),
  ];
  // Another ASID needs no fence, whether its page tables are the same or not. A scheme is another
  // address space for the ASIDs that were used.
  if (!stays || random.oneIn(6)) words.push(encode('sfence.vma'));
  return { words };
}

/**
 * From M-mode to a lower one, or from S-mode to U-mode, by MRET or SRET to the next group; x1, where
 * failed fetches go, leads to the program's end again.
 */
export function lower(
  random: Random,
  block: number,
  from: Mode,
  to: Mode,
  state: StartState,
): Group {
  const { scheme } = state;
  const user = to === USER;
  const byMret = from === MACHINE && random.oneIn(2);
  const end = ORIGIN + block + END;
  const before = [
    ...(from === MACHINE ? translationOn(random, block, state) : []),
    ...constant(1, user ? userAddress(end, scheme) : BigInt(end)),
    ...constant(30, byMret ? 0x1800n : 0x100n),
    encode('csrrc', { rs1: 30, csr: byMret ? 0x300 : 0x100 }),
    ...constant(30, user ? 0n : byMret ? 0x800n : 0x100n),
    encode('csrrs', { rs1: 30, csr: byMret ? 0x300 : 0x100 }),
    ...constant(30, user ? userAddress(ORIGIN, scheme) - BigInt(ORIGIN) : 0n),
  ];
  const after = [
    encode('add', { rd: 31, rs1: 31, rs2: 30 }),
    encode('csrrw', { rs1: 31, csr: byMret ? 0x341 : 0x141 }),
    encode(byMret ? 'mret' : 'sret'),
  ];
  // AUIPC, its ADDI and what follows lie before the next group.
  const distance = 4 * (2 + after.length);
  return {
    words: [
      ...before,
      encode('auipc', { rd: 31 }),
      encode('addi', { rd: 31, rs1: 31, immI: distance }),
      ...after,
    ],
  };
}

function translationOn(random: Random, block: number, state: StartState): number[] {
  const asid = state.steady ? state.asid : random.below(OTHER_ASIDS);
  const value = satp(block, state.scheme, asid);
  return [...constant(30, value), encode('csrrw', { rs1: 30, csr: 0x180 }), encode('sfence.vma')];
}

/** Direct or vectored traps. */
export function vectors(random: Random, machine: boolean): Group {
  const access = random.pick(['csrrsi', 'csrrci'] as const);
  return { words: [encode(access, { zimm: 1, csr: machine ? 0x305 : 0x105 })] };
}
