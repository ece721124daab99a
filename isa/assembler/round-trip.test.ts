import { describe, expect, it } from 'vitest';
import { disassemble } from '../disassembler.js';
import { randomInstruction, randomWords } from '../random-operands.js';
import { ROWS } from '../table.js';
import { assemble } from './assemble.js';

const ORIGIN = 0xffff_ffff_8000_1000n;
const SAMPLES = 24;

describe('assembler and disassembler', () => {
  it.each([...new Set(ROWS.flatMap((row) => row.extensions))])(
    'agree on random operands of every row that needs %s',
    (extension) => {
      const random = randomWords(0x1234567);
      for (const row of ROWS.filter((each) => each.extensions.includes(extension))) {
        const words = Array.from({ length: SAMPLES }, () => randomInstruction(row, random));
        const texts = words.map((word, at) => disassemble(word, ORIGIN + BigInt(at * row.length)));
        for (const text of texts) {
          expect(text.split(' ')[0]?.replace(/\.(aq|rl|aqrl)$/, '')).toBe(row.name);
        }
        const { bytes } = assemble(texts.join('\n'), { origin: ORIGIN });
        const view = new DataView(bytes.buffer);
        const again = words.map((_, at) =>
          row.length === 2 ? view.getUint16(2 * at, true) : view.getUint32(4 * at, true),
        );
        expect(again, row.name).toEqual(words);
      }
    },
  );
});
