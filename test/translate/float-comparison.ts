import { FIELDS, insert } from '../../isa/fields.js';
import { numberOps } from '../../isa/ops.js';
import type { Row } from '../../isa/row.js';
import { compileAssembly } from '../compile-assembly.js';
import { CASE, OUTCOME, RESULT, templateModule } from './template-module.js';

const OPS = numberOps().names;
/** Anywhere in the memory: a hart's block, and behind it cases and results. */
const HART = 4096;
const CASES = 0x1_0000;

/** Operands of one execution: bits of the f registers rs1 to rs3, and of rs1 and rs2 as x registers. */
export interface FloatCase {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly a: bigint;
  readonly b: bigint;
}

/** What a hart's fcsr and FS allow: `ready` and `fast` as its block has them. */
export interface FloatState {
  readonly fcsr: number;
  readonly ready: 0 | 1 | 2;
  readonly fast: 0 | 1;
}

export interface FloatReport {
  /** Cases that left the region. */
  readonly left: number;
  /** What a case did wrong that stayed, as text. */
  readonly wrong: readonly string[];
}

interface Core {
  readonly memory: WebAssembly.Memory;
  readonly floatOffset: () => number;
  readonly fcsr: (hart: number) => number;
  readonly setFcsr: (hart: number, value: number) => void;
  readonly executeFloat: (hart: number, op: number, word: number) => number;
}

/** Executes templates and, on the same operands, the core's own F and D. */
export class FloatComparison {
  readonly #core: Core;

  private constructor(core: Core) {
    this.#core = core;
  }

  static async open(): Promise<FloatComparison> {
    const module = await compileAssembly('assembly/exec/float-entry.ts');
    const core = (await WebAssembly.instantiate(module)).exports as unknown as Core;
    return new FloatComparison(core);
  }

  /** `rm` is the word's rounding mode, for rows that have one; `same` makes rs2 the register rs1. */
  compare(
    row: Row,
    template: string,
    cases: readonly FloatCase[],
    state: FloatState,
    { rm = 7, same = false }: { readonly rm?: number; readonly same?: boolean } = {},
  ): FloatReport {
    const results = CASES + cases.length * CASE.bytes;
    const { memory } = this.#core;
    const missing = results + cases.length * RESULT.bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 0x1_0000));
    this.#write(cases, state, same);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(templateModule(template)), {
      env: { memory },
    });
    const { run } = exports as { run: (c: number, r: number, page: bigint, n: bigint) => void };
    run(CASES, results, 0n, BigInt(cases.length));

    let left = 0;
    const wrong: string[] = [];
    const op = OPS.indexOf(row.op);
    const word = wordOf(row, rm);
    const words = new Uint32Array(memory.buffer);
    for (const [n, one] of cases.entries()) {
      const at = results + n * RESULT.bytes;
      const outcome = words[(at + RESULT.outcome) >>> 2];
      if (outcome === OUTCOME.left) {
        left++;
        continue;
      }
      const expected = this.#execute(op, word, CASES + n * CASE.bytes, state.fcsr);
      const low = words[(at + RESULT.bits) >>> 2];
      const high = words[(at + RESULT.bits + 4) >>> 2];
      const wrote = row.operands.startsWith('fd') ? OUTCOME.wroteF : OUTCOME.wroteX;
      const from = (wrote === OUTCOME.wroteF ? HART + this.#core.floatOffset() : HART) + 8;
      const right = words[from >>> 2] === low && words[(from + 4) >>> 2] === high;
      if (!right || expected !== state.fcsr || outcome !== wrote) {
        const operands = Object.entries(one).map(([name, bits]) => `${name}=${bits.toString(16)}`);
        const bits = [words[(from + 4) >>> 2], words[from >>> 2], high, low].map((half) =>
          (half ?? 0).toString(16).padStart(8, '0'),
        );
        wrong.push(
          `${row.name} ${operands.join(' ')}: ${bits.slice(2).join('')}, not ${bits.slice(0, 2).join('')} with fcsr ${expected}`,
        );
      }
    }
    return { left, wrong };
  }

  #write(cases: readonly FloatCase[], { ready, fast }: FloatState, same: boolean): void {
    const view = new DataView(this.#core.memory.buffer, CASES);
    for (const [n, one] of cases.entries()) {
      const at = n * CASE.bytes;
      view.setBigUint64(at + CASE.x, one.x, true);
      view.setBigUint64(at + CASE.y, same ? one.x : one.y, true);
      view.setBigUint64(at + CASE.z, one.z, true);
      view.setBigUint64(at + CASE.a, one.a, true);
      view.setBigUint64(at + CASE.b, one.b, true);
      view.setUint32(at + CASE.ready, ready, true);
      view.setUint32(at + CASE.fast, fast, true);
    }
  }

  /** Executes a case by the core's slow path; fcsr afterwards, or -1 if it was illegal. */
  #execute(op: number, word: number, at: number, fcsr: number): number {
    const { memory, floatOffset, executeFloat, setFcsr } = this.#core;
    const bytes = new Uint8Array(memory.buffer);
    bytes.copyWithin(HART + floatOffset() + 16, at + CASE.x, at + CASE.a);
    bytes.copyWithin(HART + 16, at + CASE.a, at + CASE.ready);
    setFcsr(HART, fcsr);
    return executeFloat(HART, op, word) === 0 ? -1 : this.#core.fcsr(HART);
  }
}

/** The row's word with rd 1, and rs1 to rs3 the registers 2 to 4. */
function wordOf(row: Row, rm: number): number {
  const operands = row.operands.split(',');
  let word = row.match | insert(FIELDS.rd, 1) | insert(FIELDS.rs1, 2);
  if (operands.includes('fs2')) word |= insert(FIELDS.rs2, 3);
  if (operands.includes('fs3')) word |= insert(FIELDS.fs3, 4);
  if (operands.includes('rm')) word |= insert(FIELDS.rm, rm);
  return word | 0;
}
