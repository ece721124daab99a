import { HEADER, table } from '../generated-text.js';
import { KINDS, kindsByNumber } from './kinds.js';
import { FIRST_REGISTER_LOCAL, LOCALS, packTemplate, WORDS } from './notation.js';

function enumeration(name: string, doc: string, members: Readonly<Record<string, number>>): string {
  const lines = Object.entries(members).map(
    ([member, value]) => `  ${member.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()} = ${value},`,
  );
  return `/** ${doc} */\nexport const enum ${name} {\n${lines.join('\n')}\n}\n`;
}

/** `templates.ts`: what the translator knows of each op. */
export function templatesModule(): string {
  const ops = kindsByNumber();
  const bytes: number[] = [0];
  const startOf = (template: string | undefined) => {
    if (template === undefined) return 0;
    const start = bytes.length;
    bytes.push(...packTemplate(template));
    return start;
  };
  const starts = ops.map(({ template }) => startOf(template));
  const rtzStarts = ops.map(({ rtz }) => startOf(rtz));
  const sameStarts = ops.map(({ same }) => startOf(same));
  const kinds = Array.from({ length: 256 }, (_, op) => KINDS.indexOf(ops[op]?.kind ?? 'none'));
  return [
    HEADER,
    enumeration(
      'Kind',
      'What the translator does with an op (isa/wasm/kinds.ts).',
      Object.fromEntries(KINDS.map((kind, number) => [kind, number])),
    ),
    enumeration('Word', 'Codes of a template’s words (isa/wasm/notation.ts).', WORDS),
    enumeration('Local', 'Locals of a region’s function (isa/wasm/notation.ts).', LOCALS),
    `/** Locals from here on stand for guest registers. */\nexport const FIRST_REGISTER_LOCAL: u32 = ${FIRST_REGISTER_LOCAL};\n`,
    table('OP_KINDS', 'u8[256]: the kind of each op.', 'u8', kinds),
    table('TEMPLATE_STARTS', 'u16[]: where an op’s template begins in TEMPLATES.', 'u16', starts),
    table('TEMPLATE_RTZ_STARTS', 'u16[]: the same where rm is RTZ, or 0.', 'u16', rtzStarts),
    table('TEMPLATE_SAME_STARTS', 'u16[]: the same where rs2 is rs1, or 0.', 'u16', sameStarts),
    table('TEMPLATES', 'u8[]: packed templates.', 'u8', bytes),
  ].join('\n');
}
