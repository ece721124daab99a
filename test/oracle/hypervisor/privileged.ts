import { CSR_NAMES, CSR_NUMBERS } from '../../../isa/csrs.js';
import { encode } from '../code.js';
import type { Random } from '../random.js';
import { comparedBits } from './csr-rules.js';
import { isVirtual, type Mode } from './operation.js';

const ALL = (1n << 64n) - 1n;
/** TW in mstatus, VTW in hstatus. */
const TW = 1n << 21n;
const TSR = 1n << 22n;

/** An instruction whose right to run depends on the mode and on what higher modes trap. */
export interface PrivilegedInstruction {
  readonly words: readonly number[];
  /** TVM, TW, TSR of mstatus and VTVM, VTW, VTSR of hstatus, which have the same places. */
  readonly mstatus: bigint;
  readonly hstatus: bigint;
  /** Bits of the result that are compared. */
  readonly compare: bigint;
  /** Whether control comes back by xRET. */
  readonly returns?: 'mret' | 'sret';
}

/** CSRs that some mode below M reaches, or would like to. */
const NAMES = [...CSR_NUMBERS.keys()].filter((name) => !name.startsWith('pmp'));
/** Those of the hypervisor, the virtual supervisor and the supervisor. */
const FOREMOST = NAMES.filter((name) => /^(h|vs|s)/.test(name) && !name.startsWith('hpm'));
const COUNTERS = ['cycle', 'time', 'instret', 'hpmcounter3', 'hpmcounter17', 'hpmcounter31'];

const CALLS = ['ecall', 'ebreak', 'c.ebreak'];
const FENCES = ['sfence.vma', 'hfence.vvma', 'hfence.gvma'];

export function privileged(random: Random, mode: Mode): PrivilegedInstruction {
  const traps = () => BigInt(random.below(8)) << 20n;
  const [mstatus, hstatus] = [traps(), traps()];
  const made = (words: readonly number[], more: Partial<PrivilegedInstruction> = {}) => ({
    words,
    mstatus,
    hstatus,
    compare: ALL,
    ...more,
  });
  switch (random.below(8)) {
    case 0: {
      // In VS-mode QEMU heeds TSR, too (see deviations).
      const kept = mode === 'VS' ? mstatus & ~TSR : mstatus;
      return made([encode('sret')], { returns: 'sret', mstatus: kept });
    }
    case 1:
      return made([encode('mret')], { returns: 'mret' });
    case 2: {
      const fields = { rs1: random.oneIn(2) ? 0 : 11, rs2: random.oneIn(2) ? 0 : 12 };
      return made([encode(random.pick(FENCES), fields)]);
    }
    case 3: {
      if (random.oneIn(3)) return made([encode(random.pick(CALLS))]);
      // Only where it traps: with nothing pending it would wait. In VU-mode QEMU does not heed TW.
      const trapped = mode === 'VU' ? mstatus & ~TW : mstatus;
      const traps = mode === 'U' || mode === 'VU' || (mode !== 'M' && (mstatus & TW) !== 0n);
      if (traps) return made([encode('wfi')], { mstatus: trapped });
      if (mode === 'VS') return made([encode('wfi')], { hstatus: hstatus | TW });
      return made([encode('fence.i')]);
    }
    default:
      return made(...csrAccess(random, mode));
  }
}

function csrAccess(
  random: Random,
  mode: Mode,
): [words: readonly number[], more: Partial<PrivilegedInstruction>] {
  const name = random.pick(random.pick([NAMES, FOREMOST, FOREMOST, COUNTERS]));
  const number = random.oneIn(12) ? random.below(4096) : (CSR_NUMBERS.get(name) ?? 0);
  // x12 is zero: what is set or cleared stays as it is, but the right to write is asked for.
  const write = random.oneIn(2) ? 12 : 0;
  const word = encode(random.pick(['csrrs', 'csrrc']), { rd: 10, rs1: write, csr: number });
  return [[word], { compare: comparedBits(substitute(number, mode)) }];
}

/** In VS-mode the supervisor's CSRs are the virtual supervisor's (Privileged 15.2). */
function substitute(number: number, mode: Mode): number {
  const other = number + 0x100;
  const substituted = isVirtual(mode) && number >= 0x100 && CSR_NAMES.get(other)?.startsWith('vs');
  return substituted ? other : number;
}
