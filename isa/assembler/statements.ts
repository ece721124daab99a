import { AssemblyError } from './assembly-error.js';

/** A label, directive or instruction of the source. */
export interface Statement {
  /** 1-based number of the source line. */
  readonly line: number;
  /** The line as written, without surrounding space. */
  readonly text: string;
  /** A label's name, without the colon. */
  readonly label?: string;
  /** Directive or instruction, in lower case. */
  readonly mnemonic?: string;
  /** What stands between the commas, without surrounding space. */
  readonly operands: readonly string[];
}

/**
 * Cuts the source into statements. `#` and `//` begin a comment, `;` separates statements;
 * none of them does within quotes.
 *
 * @throws AssemblyError for a quote that does not end in its line
 */
export function parseStatements(source: string): Statement[] {
  const statements: Statement[] = [];
  source.split(/\r?\n/).forEach((full, index) => {
    const line = index + 1;
    const text = full.trim();
    for (let part of splitOutsideQuotes(full, ';', { line, text })) {
      for (;;) {
        const found = /^\s*([A-Za-z_.$][\w.$]*|\d+):/.exec(part);
        if (found === null) break;
        statements.push({ line, text, label: found[1] ?? '', operands: [] });
        part = part.slice(found[0].length);
      }
      const [, mnemonic, rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(part) ?? [];
      if (mnemonic === undefined) continue;
      const operands = rest.trim() === '' ? [] : splitOutsideQuotes(rest, ',', { line, text });
      statements.push({
        line,
        text,
        mnemonic: mnemonic.toLowerCase(),
        operands: operands.map((operand) => operand.trim()),
      });
    }
  });
  return statements;
}

/** Splits at `separator` and drops a comment, neither within quotes nor within parentheses. */
function splitOutsideQuotes(
  text: string,
  separator: string,
  where: { line: number; text: string },
): string[] {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      part += char;
      if (char === '\\') part += text.charAt(++at);
      else if (char === quote) quote = '';
      continue;
    }
    if (char === '#' || text.startsWith('//', at)) break;
    if (char === '"' || char === "'") quote = char;
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === separator && depth <= 0) {
      parts.push(part);
      part = '';
    } else {
      part += char;
    }
  }
  if (quote !== '') throw new AssemblyError(`missing ${quote}`, where.line, where.text);
  return [...parts, part];
}
