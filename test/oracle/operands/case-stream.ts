import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { hasExtensions } from '../../../isa/extensions.js';
import { ROWS } from '../../../isa/table.js';
import { known } from '../code.js';
import { FULL_CPU, HYPERVISOR_CPU, UNCOMPRESSED_CPU } from '../cpu.js';
import { comparedBits, hypervisorCsrRules } from '../hypervisor/csr-rules.js';
import { Random } from '../random.js';
import { illegalWord } from './illegal.js';
import { type OperandProgram, ProgramBuilder } from './program.js';

/** Rows that take control away from a straight program in M-mode; the random programs have them. */
const ELSEWHERE = new Set(['mret', 'sret']);

/** Names for `only` beside those of the rows. */
const ILLEGAL = 'illegal';
const CSR_NAMES = 'csr-numbers';
const MISALIGNED = 'misaligned-jumps';
const HYPERVISOR_CSRS = 'hypervisor-csrs';

export interface OperandOptions {
  readonly seed: number;
  /** Cases of each row. */
  readonly count: number;
  /**
   * Only the row with this name, or one of the kinds `illegal`, `csr-numbers`, `misaligned-jumps`,
   * `hypervisor-csrs`.
   */
  readonly only?: string | undefined;
}

type Step = (builder: ProgramBuilder) => void;

/**
 * The campaign's programs: every row, then words that are none, every CSR number, jumps without C, and the CSRs
 * of a hart with H.
 */
export function* operandPrograms(options: OperandOptions): Generator<OperandProgram> {
  yield* packed(compressedSteps(options), () => new ProgramBuilder(FULL_CPU));
  yield* packed(misalignedSteps(options), () => new ProgramBuilder(UNCOMPRESSED_CPU));
  yield* packed(hypervisorSteps(options), () => new ProgramBuilder(HYPERVISOR_CPU));
}

/** As many programs as the steps fill. */
function* packed(steps: Iterable<Step>, create: () => ProgramBuilder): Generator<OperandProgram> {
  let builder = create();
  for (const step of steps) {
    step(builder);
    if (!builder.full) continue;
    yield builder.finish();
    builder = create();
  }
  if (!builder.empty) yield builder.finish();
}

function* compressedSteps({ seed, count, only }: OperandOptions): Generator<Step> {
  const wanted = (name: string) => only === undefined || only === name;
  for (const [stream, row] of ROWS.entries()) {
    if (ELSEWHERE.has(row.name) || !wanted(row.name)) continue;
    // Each row has a stream of its own, so that `only` repeats its cases.
    const random = new Random(seed, stream);
    const offered = hasExtensions(FULL_CPU.extensions, row.extensions);
    for (let i = 0; i < count; i++) {
      if (offered) yield (builder) => builder.add(row, random);
      else {
        const word = (random.u32() & ~row.mask) | row.match;
        yield (builder) => builder.addIllegal(word >>> 0, row.name);
      }
    }
  }
  if (wanted(ILLEGAL)) {
    const random = new Random(seed, ROWS.length);
    for (let i = 0; i < 4 * count; i++) {
      const word = illegalWord(random);
      yield (builder) => builder.addIllegal(word, ILLEGAL);
    }
  }
  if (wanted(CSR_NAMES)) {
    const random = new Random(seed, ROWS.length + 1);
    for (let number = 0; number < 4096; number++) {
      yield (builder) => builder.addCsrRead(number, CSR_NAMES, random);
    }
  }
}

function* misalignedSteps({ seed, count, only }: OperandOptions): Generator<Step> {
  if (only !== undefined && only !== MISALIGNED) return;
  const random = new Random(seed, ROWS.length + 2);
  const jumps = ROWS.filter(
    ({ shape, length }) =>
      length === 4 && (shape === 'branch' || shape === 'jump' || shape === 'jumpRegister'),
  );
  for (let i = 0; i < count; i++) {
    const row = random.pick(jumps);
    yield (builder) => builder.add(row, random);
  }
}

/** Every CSR's value at reset, then what can be written to those of H and those that H changes. */
function* hypervisorSteps({ seed, count, only }: OperandOptions): Generator<Step> {
  if (only !== undefined && only !== HYPERVISOR_CSRS) return;
  const random = new Random(seed, ROWS.length + 3);
  // No reset value is given for it (Sstc 2.2).
  yield (builder) => builder.fillCsr(CSR_NUMBERS.get('vstimecmp') ?? 0);
  for (let number = 0; number < 4096; number++) {
    const compare = comparedBits(number);
    yield (builder) => builder.addCsrRead(number, HYPERVISOR_CSRS, random, compare);
  }
  const names = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci'];
  // Bits of henvcfg are what menvcfg lets them be: first none, then all.
  for (const filled of [false, true]) {
    const rules = hypervisorCsrRules(filled);
    if (filled) yield (builder) => builder.fillCsr(CSR_NUMBERS.get('menvcfg') ?? 0);
    for (let i = 0; i < 5 * count; i++) {
      const row = known(random.pick(names));
      // Exchanging all of mip, QEMU clears hvip (Privileged 15.4.3).
      const fit = row.name.startsWith('csrrw') ? rules.filter(({ name }) => name !== 'mip') : rules;
      yield (builder) => builder.addCsrAccess(row, random, fit, HYPERVISOR_CSRS);
    }
  }
}
