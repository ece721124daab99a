import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { CSR_NAMES, CSR_NUMBERS } from '../../isa/csrs.js';
import { disassemble } from '../../isa/disassembler.js';
import { extract, FIELDS } from '../../isa/fields.js';
import { randomInstruction, randomWords } from '../../isa/random-operands.js';
import { findRow, instructionLength, ROWS } from '../../isa/table.js';

/**
 * The instruction table against GNU binutils (`binutils-riscv64-linux-gnu`): whatever a word means
 * here it must mean there. Zicond is left out where the installed version does not know it.
 */

const PREFIX = 'riscv64-linux-gnu-';
const ARCH = 'rv64imafdch_zicsr_zifencei_zba_zbb_zbs';

function supports(arch: string): boolean {
  try {
    execFileSync(`${PREFIX}as`, [`-march=${arch}`, '-o', '/dev/null', '/dev/null'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const zicond = supports(`${ARCH}_zicond`);
const arch = zicond ? `${ARCH}_zicond` : ARCH;

/** What objdump calls each word, with the words one after the other from address 0 on. */
function objdump(words: readonly number[]): Map<number, string> {
  const folder = mkdtempSync(join(tmpdir(), 'hartwood-'));
  try {
    const source = words.map((word) => `.insn ${instructionLength(word)}, ${word}`).join('\n');
    writeFileSync(join(folder, 'in.s'), `${source}\n`);
    const object = join(folder, 'out.o');
    execFileSync(`${PREFIX}as`, [`-march=${arch}`, '-o', object, join(folder, 'in.s')]);
    const text = execFileSync(`${PREFIX}objdump`, ['-d', '-M', 'no-aliases', object], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const lines = text.matchAll(/^\s*([\da-f]+):\t[\da-f ]+\t(.*)$/gm);
    return new Map([...lines].map(([, at, line]) => [Number.parseInt(at ?? '', 16), line ?? '']));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * One spelling for what objdump writes otherwise: jump targets are bare hexadecimal there, an empty
 * fence set is `unknown`, fences name x0, HINTs are named otherwise, comments and symbols may follow.
 */
function normalize(text: string): string {
  const plain = text
    .replace(/\s*[#<].*$/, '')
    .trim()
    .replace(/\s+/, ' ')
    .replace(/\bunknown\b/g, '0')
    .replace(/^c\.addi zero,/, 'c.nop ')
    .replace(/^([sh]fence\.\S+)((,| )zero)*$/, '$1')
    .replace(/^([sh]fence\.\S+ \w+),zero$/, '$1')
    .replace(/,dyn$/, '');
  const decimal = (digits: string) => `${BigInt(`0x${digits}`)}`;
  return /^(c\.)?(j|jal|b(eq|ne|lt|ge)[uz]?) /.test(plain)
    ? plain.replace(/(?:0x)?([\da-f]+)$/, (_, digits: string) => decimal(digits))
    : plain.replace(/\b0x([\da-f]+)$/, (_, digits: string) => decimal(digits));
}

/**
 * Words that binutils reads more narrowly or names more widely: before 2.41 it knows exact
 * conversions with rounding mode 0 only, and it has names for CSRs that Hartwood does not.
 */
function isIncomparable(word: number): boolean {
  const row = findRow(word);
  if (row === undefined) return true;
  if (row.operands.includes('csr')) return !CSR_NAMES.has(extract(FIELDS.csr, word));
  return /^fcvt\.d\.(s|wu?)$/.test(row.name) && extract(FIELDS.rm, word) !== 0;
}

describe('GNU binutils', () => {
  it('reads every row as we write it', () => {
    const random = randomWords(0xbadc0de);
    const rows = ROWS.filter((row) => zicond || !row.extensions.includes('ZICOND'));
    const words = rows.flatMap((row) =>
      Array.from({ length: 16 }, () => randomInstruction(row, random)).filter(
        (word) => !isIncomparable(word),
      ),
    );
    const theirs = objdump(words);
    let address = 0;
    const differences: string[] = [];
    for (const word of words) {
      const ours = normalize(disassemble(word, BigInt(address)));
      const other = normalize(theirs.get(address) ?? '');
      if (ours !== other) differences.push(`${word.toString(16)}: ${ours} | ${other}`);
      address += instructionLength(word);
    }
    expect(differences).toEqual([]);
  });

  it('knows every CSR by the same number', () => {
    const source = [...CSR_NUMBERS.keys()].flatMap((name) => [
      ...['csrrw', 'csrrs', 'csrrc'].map((mnemonic) => `${mnemonic} a0,${name},a1`),
      ...['csrrwi', 'csrrsi', 'csrrci'].map((mnemonic) => `${mnemonic} a0,${name},21`),
    ]);
    const { bytes } = assemble(source.join('\n'));
    const view = new DataView(bytes.buffer);
    const words = source.map((_, at) => view.getUint32(4 * at, true));
    const theirs = objdump(words);
    const read = source.map((_, at) => normalize(theirs.get(4 * at) ?? ''));
    // Newer CSRs are mere numbers to older versions.
    const known = source.filter((_, at) => !/^\S+ a0,\d/.test(read[at] ?? ''));
    expect(known.length).toBeGreaterThan(0.9 * source.length);
    expect(known.filter((line) => !read.includes(line))).toEqual([]);
  });
});
