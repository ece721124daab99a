import { signedLeb, unsignedLeb } from './leb128.js';
import { alignmentOf, wasmOpcode } from './opcodes.js';

/**
 * Templates: what an instruction becomes in Wasm, as text, and the bytes that the core's emitter reads.
 *
 * A template is Wasm instructions by their names in the text format, separated by spaces, constants behind
 * `iNN.const`, `@N` behind a memory instruction being its offset; and these words:
 *
 * ```
 * a b        values of rs1 and rs2, i64 (0 for x0)       i   the immediate, i64; iw the same, i32
 * x y z      values of f registers rs1, rs2, rs3, f64     pc  the instruction's virtual address, i64
 * rd fd      what is on the stack goes to the destination: i64, f64
 * l0..l5 w0..w3 d0..d9 s0 s1    scratch of type i64, i32, f64, f32: its value
 * =l0 >l0    sets scratch; sets it and leaves the value (local.tee)
 * side       takes an i32; if it is not 0 the region is left with nothing done, and exec/slow executes
 *            the instruction; in no conditional, and so are `ready` and `fast`
 * ready      leaves in the same way unless f registers may be used (`floatReady`)
 * fast       leaves in the same way unless native arithmetic is right but for the flag NX, which is set
 * if-i64 if-f64 if-f32 if-i32 if   begins a conditional with a result of that type, or none
 * when done  begins and ends a conditional that may be left in the ways above; others may not
 * p          linear address of an atomic's operand, i32
 * ```
 * Packed, a template is items: a byte below 0x80 is the number of literal bytes that follow, others are
 * the words' codes; 0 ends it.
 */

/** Codes of the words; the emitter has the same (assembly/jit/template.ts), held by a test. */
export const WORDS = {
  a: 0x80,
  b: 0x81,
  i: 0x82,
  pc: 0x83,
  x: 0x84,
  y: 0x85,
  z: 0x86,
  side: 0x87,
  iw: 0x88,
  fast: 0x89,
  ready: 0x8a,
  rd: 0x8b,
  fd: 0x8c,
  when: 0x8d,
  done: 0x8e,
} as const;

/**
 * Locals of every region's function: its parameters, then scratch. Guest registers come behind.
 */
export const LOCALS = {
  hart: 0,
  code: 1,
  page: 2,
  steps: 3,
  /** Where and why the region is left. */
  exit: 4,
  /** Address of the TLB entry. */
  entry: 5,
  p: 6,
  floatFast: 7,
  floatReady: 8,
  w0: 9,
  w1: 10,
  w2: 11,
  w3: 12,
  va: 13,
  context: 14,
  l0: 15,
  l1: 16,
  l2: 17,
  l3: 18,
  l4: 19,
  l5: 20,
  d0: 21,
  d1: 22,
  d2: 23,
  d3: 24,
  d4: 25,
  d5: 26,
  d6: 27,
  d7: 28,
  d8: 29,
  d9: 30,
  s0: 31,
  s1: 32,
} as const;
export const FIRST_REGISTER_LOCAL = 33;

const BLOCK_TYPES: Readonly<Record<string, number>> = {
  if: 0x40,
  'if-i32': 0x7f,
  'if-i64': 0x7e,
  'if-f32': 0x7d,
  'if-f64': 0x7c,
};

type Item = { readonly word: number } | { readonly bytes: readonly number[] };

function local(word: string): Item | undefined {
  const set = word.startsWith('=');
  const tee = word.startsWith('>');
  const name = set || tee ? word.slice(1) : word;
  if (!Object.hasOwn(LOCALS, name)) return undefined;
  const index = LOCALS[name as keyof typeof LOCALS];
  const opcode = set ? 'local.set' : tee ? 'local.tee' : 'local.get';
  return { bytes: [...wasmOpcode(opcode).bytes, ...unsignedLeb(index)] };
}

function floatBytes(value: number): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [...bytes];
}

/** The item that begins at `words[at]`, and how many words it takes. */
function itemAt(words: readonly string[], at: number): [Item, number] {
  const word = words[at] ?? '';
  if (Object.hasOwn(WORDS, word)) return [{ word: WORDS[word as keyof typeof WORDS] }, 1];
  const named = local(word);
  if (named !== undefined) return [named, 1];
  const block = BLOCK_TYPES[word];
  if (block !== undefined) return [{ bytes: [...wasmOpcode('if').bytes, block] }, 1];
  const opcode = wasmOpcode(word);
  const operand = words[at + 1] ?? '';
  switch (opcode.immediate) {
    case 'none':
      return [{ bytes: opcode.bytes }, 1];
    case 'i32':
    case 'i64': {
      const width = opcode.immediate === 'i32' ? 32 : 64;
      const value = BigInt.asIntN(width, BigInt(operand));
      return [{ bytes: [...opcode.bytes, ...signedLeb(value)] }, 2];
    }
    case 'f64':
      return [{ bytes: [...opcode.bytes, ...floatBytes(Number(operand))] }, 2];
    case 'memory': {
      const offset = operand.startsWith('@') ? Number(operand.slice(1)) : undefined;
      const memory = [alignmentOf(word), ...unsignedLeb(offset ?? 0)];
      return [{ bytes: [...opcode.bytes, ...memory] }, offset === undefined ? 1 : 2];
    }
    default:
      throw new Error(`'${word}' has no place in a template`);
  }
}

/** Words that leave the region, with a branch whose depth the emitter knows. */
const LEAVING = ['side', 'fast', 'ready'];

/** Throws for a word that leaves out of a conditional. */
function checkLeaving(words: readonly string[]): void {
  let depth = 0;
  for (const word of words) {
    if (Object.hasOwn(BLOCK_TYPES, word)) depth++;
    if (word === 'end') depth--;
    if (depth > 0 && LEAVING.includes(word)) throw new Error(`'${word}' stands in a conditional`);
  }
}

/** The packed bytes of a template; throws for a word that it does not know. */
export function packTemplate(text: string): number[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  checkLeaving(words);
  const packed: number[] = [];
  let literal: number[] = [];
  const flush = () => {
    for (let i = 0; i < literal.length; i += 127) {
      const run = literal.slice(i, i + 127);
      packed.push(run.length, ...run);
    }
    literal = [];
  };
  for (let at = 0; at < words.length; ) {
    const [item, taken] = itemAt(words, at);
    at += taken;
    if ('bytes' in item) literal.push(...item.bytes);
    else {
      flush();
      packed.push(item.word);
    }
  }
  flush();
  return [...packed, 0];
}
